"""Spans by OpenTelemetry, sent by OTLP over HTTP; loaded only where traces are switched on.

Everything else is set by the standard OTEL_* variables: sampler, headers, resource attributes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.util.types import Attributes

from shared.telemetry.tracing import Kind, Note

PREFIX = "monthline."
_wanted_id: ContextVar[int | None] = ContextVar("wanted_span_id", default=None)


class Ids(RandomIdGenerator):
    """Ids by chance, but for the spans of workflows: a replay has to find the same."""

    def generate_span_id(self) -> int:
        """The id of the next span."""
        return _wanted_id.get() or super().generate_span_id()


class NoOrphans(Sampler):
    """Leaves out statements that belong to no step: looking for work again and again is none."""

    def __init__(self, other: Sampler) -> None:
        self._other = other

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Whether a span is kept."""
        parent = get_current_span(parent_context).get_span_context()
        if kind is SpanKind.CLIENT and not parent.is_valid:
            return SamplingResult(Decision.DROP)
        return self._other.should_sample(parent_context, trace_id, name, kind, attributes, links)

    def get_description(self) -> str:
        """What it is, for whoever looks."""
        return f"NoOrphans{{{self._other.get_description()}}}"


class Step:
    """A span while its step is being done."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        """Its context in W3C form."""
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"

    def rename(self, name: str) -> None:
        """Give it the name that became known."""
        self._span.update_name(name)

    def note(self, **notes: Note) -> None:
        """Say more of it."""
        self._span.set_attributes(_attributes(notes))

    def failed(self, why: str) -> None:
        """Mark it as failed."""
        self._span.set_status(Status(StatusCode.ERROR, why))


class Otel:
    """Makes spans with a provider of its own."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("monthline", version("monthline"))

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, notes: dict[str, Note]) -> Iterator[Step]:
        """A span around the block; an error that leaves it marks it, by its kind alone."""
        with self._tracer.start_as_current_span(
            name,
            context=_context(parent),
            kind=SpanKind[kind.upper()],
            attributes=_attributes(notes),
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            step = Step(made)
            try:
                yield step
            except Exception as error:
                step.failed(type(error).__name__)
                raise

    def record(
        self, name: str, parent: str, span_id: int, times: tuple[int, int], notes: dict[str, Note]
    ) -> None:
        """A span that is over."""
        token = _wanted_id.set(span_id)
        try:
            begun = self._tracer.start_span(
                name, context=_context(parent), attributes=_attributes(notes), start_time=times[0]
            )
        finally:
            _wanted_id.reset(token)
        begun.end(times[1])

    def stop(self) -> None:
        """Send what has not been sent, for a few seconds at most."""
        self._provider.force_flush(3000)
        PsycopgInstrumentor().uninstrument()


def start(service: str) -> Otel:
    """Trace this process; statements are traced too, without the values they were given."""
    resource = Resource.create(
        {
            "service.namespace": "monthline",
            "service.name": f"monthline-{service}",
            "service.version": version("monthline"),
        }
    )
    provider = TracerProvider(resource=resource, id_generator=Ids())
    provider.sampler = NoOrphans(provider.sampler)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    PsycopgInstrumentor().instrument(tracer_provider=provider)
    return Otel(provider)


def _attributes(notes: dict[str, Note]) -> dict[str, Note]:
    return {f"{PREFIX}{name}": value for name, value in notes.items()}


def _context(parent: str | None) -> Context:
    """The context of a span that somebody else has made; an empty one without a parent that reads."""
    if parent is None:
        return Context()
    try:
        _, trace_id, span_id, flags = parent.split("-")
        remote = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(int(flags, 16)))
    except ValueError:
        return Context()
    return set_span_in_context(NonRecordingSpan(remote), Context())
