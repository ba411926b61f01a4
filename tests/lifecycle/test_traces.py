"""Which trace an activity belongs to: that of the command it carries out, however often it is replayed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from shared.base.keys import Keyring
from shared.contracts.words import Move
from shared.engine.codec import data_converter
from shared.engine.temporal import BUILD
from shared.engine.trace_interceptor import TraceInterceptor, given
from shared.telemetry import tracing
from shared.telemetry.tracing import Kind, Note
from tests.support import timeskip
from tests.support.build import command, lifecycle_input
from tests.support.story import at
from tests.support.timeskip import Owners, start
from workflows.__main__ import WORKFLOWS, sandbox

SUBMIT, RETURN = "1" * 32, "2" * 32


@dataclass
class Spans:
    """A tracer that keeps the names of its spans, and gives each the next id."""

    names: list[str] = field(default_factory=list)
    recorded: list[tuple[str, str, int]] = field(default_factory=list)

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, notes: dict[str, Note]) -> Iterator["Made"]:
        """A span under its parent."""
        self.names.append(name)
        trace = tracing.trace_id_of(parent) if parent else "0" * 32
        yield Made(f"00-{trace}-{len(self.names):016x}-01")

    def record(
        self, name: str, parent: str, span_id: int, times: tuple[int, int], notes: dict[str, Note]
    ) -> None:
        """A span that is over."""
        assert times[0] <= times[1]
        self.recorded.append((name, tracing.trace_id_of(parent), span_id))

    def stop(self) -> None:
        """Nothing is sent anywhere."""


@dataclass(frozen=True)
class Made:
    """A span that keeps nothing."""

    traceparent: str

    def rename(self, name: str) -> None:
        """Keep the first name."""

    def note(self, **notes: Note) -> None:
        """Forget it."""

    def failed(self, why: str) -> None:
        """Forget it."""


@pytest.fixture(scope="module")
async def told() -> AsyncIterator[tuple[WorkflowHistory, Spans]]:
    """A plan submitted in one trace, returned in another, and left to its deadlines: its history."""
    spans = Spans()
    tracing.use(spans)
    owners = Owners()
    async with (
        timeskip.engine(interceptors=[TraceInterceptor()]) as engine,
        timeskip.workers(engine, owners),
    ):
        plan = await start(engine, lifecycle_input())
        await plan.settled()
        with tracing.span("browser", parent=f"00-{SUBMIT}-{1:016x}-01"):
            await plan.give(command(Move.SUBMIT, 1))
        await plan.settled()
        with tracing.span("browser", parent=f"00-{RETURN}-{1:016x}-01"):
            await plan.give(command(Move.RETURN, 2, note="more core work"))
        await plan.skip_past(at("03-05 18:00"))
        await plan.handle.result()
        history = await plan.handle.fetch_history()
    yield history, spans
    tracing.use(None)


def traces(history: WorkflowHistory) -> list[tuple[str, str | None]]:
    """Every activity with the trace it was scheduled in."""
    scheduled = [
        event.activity_task_scheduled_event_attributes
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]
    contexts = [(one.activity_type.name, given(one.header.fields)) for one in scheduled]
    return [(name, context.split("-")[1] if context else None) for name, context in contexts]


def test_every_activity_belongs_to_the_command_it_carries_out(told: tuple[WorkflowHistory, Spans]) -> None:
    found = traces(told[0])
    assert ("plans.submit", SUBMIT) in found
    assert ("review.open_round", SUBMIT) in found
    assert ("review.record_decision", RETURN) in found
    assert ("plans.move", RETURN) in found


def test_what_a_deadline_does_belongs_to_nobody(told: tuple[WorkflowHistory, Spans]) -> None:
    rungs = [trace for name, trace in traces(told[0]) if name.endswith("fire_rung")]
    assert rungs
    assert set(rungs) == {None}


def test_each_command_is_one_span_of_the_workflow(told: tuple[WorkflowHistory, Spans]) -> None:
    assert [(name, trace) for name, trace, _ in told[1].recorded] == [
        ("workflow command", SUBMIT),
        ("workflow command", RETURN),
    ]


async def test_a_replay_makes_the_same_and_no_span_twice(told: tuple[WorkflowHistory, Spans]) -> None:
    history, spans = told
    before = len(spans.recorded)
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=sandbox(),
        data_converter=data_converter(Keyring(), 1024),
        interceptors=[TraceInterceptor()],
        build_id=BUILD,
    )
    await replayer.replay_workflow(history)
    assert len(spans.recorded) == before
