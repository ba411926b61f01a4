"""Spans as they reach a collector: under their parent, errors by their kind, no statement without a step."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Decision
from opentelemetry.trace import SpanKind

from shared.telemetry import tracing
from shared.telemetry.otel import Ids, NoOrphans, Otel
from shared.telemetry.tracing import traceparent

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{PARENT}-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(id_generator=Ids(), sampler=NoOrphans(ALWAYS_ON))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(Otel(provider))
    yield exporter
    tracing.use(None)
    provider.shutdown()


def test_without_a_collector_nothing_is_traced() -> None:
    with tracing.span("step", parent=GIVEN) as made:
        assert made is None
        assert traceparent.get() is None


def test_a_step_is_under_its_parent_and_what_it_does_under_the_step(spans: InMemorySpanExporter) -> None:
    with tracing.span("outer", kind="server", parent=GIVEN) as outer:
        assert outer is not None
        assert traceparent.get() == outer.traceparent
        with tracing.child("inner", parent=traceparent.get(), attempt=2):
            pass
    assert traceparent.get() is None
    inner, first = spans.get_finished_spans()
    assert (first.name, first.kind) == ("outer", SpanKind.SERVER)
    assert first.parent is not None
    assert f"{first.parent.span_id:016x}" == PARENT
    assert inner.parent is not None
    assert inner.parent.span_id == first.context.span_id
    assert dict(inner.attributes or {}) == {"monthline.attempt": 2}
    assert {f"{span.context.trace_id:032x}" for span in (inner, first)} == {TRACE}


def test_no_trace_begins_where_there_is_no_parent(spans: InMemorySpanExporter) -> None:
    with tracing.child("publish", parent=None) as made:
        assert made is None
    assert not spans.get_finished_spans()


@pytest.mark.parametrize("parent", ["", "nonsense", "00-zz-yy-01", f"00-{'0' * 32}-{PARENT}-01"])
def test_a_parent_that_does_not_read_begins_a_trace(spans: InMemorySpanExporter, parent: str) -> None:
    with tracing.span("step", parent=parent):
        pass
    [span] = spans.get_finished_spans()
    assert span.parent is None


def test_an_error_marks_its_step_and_says_nothing_of_what_it_was_about(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Wang Fang"), tracing.span("step", parent=GIVEN):
        raise ValueError("Wang Fang was ill")
    [span] = spans.get_finished_spans()
    assert span.status.description == "ValueError"
    assert "Wang" not in span.to_json()


def test_a_step_that_is_over_has_the_id_that_a_replay_finds_again(spans: InMemorySpanExporter) -> None:
    tracing.record("workflow command", parent=GIVEN, span_id=7, times=(5, 9))
    with tracing.span("next", parent=GIVEN):
        pass
    done, following = spans.get_finished_spans()
    assert (done.context.span_id, done.start_time, done.end_time) == (7, 5, 9)
    assert following.context.span_id != 7


def test_a_statement_without_a_step_is_no_trace_of_its_own() -> None:
    sampler = NoOrphans(ALWAYS_ON)
    assert sampler.should_sample(None, 1, "SELECT", SpanKind.CLIENT).decision is Decision.DROP
    assert sampler.should_sample(None, 1, "GET", SpanKind.SERVER).decision is Decision.RECORD_AND_SAMPLE
