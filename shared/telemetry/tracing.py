"""Traces: nothing unless a collector is named; then each step of a command's way is a span of one trace.

Everybody asks here, so that OpenTelemetry is loaded only where it is switched on. What goes into a span
says what was done, to which plan; never a text, a name or an address.
"""

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

import structlog

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The W3C trace context of what is being done now."""

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Note = str | int


class Span(Protocol):
    """A step while it is being done; ``traceparent`` is how the next step finds it."""

    @property
    def traceparent(self) -> str:
        """The span's context in W3C form."""

    def rename(self, name: str) -> None:
        """Give it the name that became known."""

    def note(self, **notes: Note) -> None:
        """Say more of it."""

    def failed(self, why: str) -> None:
        """Mark it as failed."""


class Tracer(Protocol):
    """Makes spans and hands them to a collector."""

    def span(
        self, name: str, kind: Kind, parent: str | None, notes: dict[str, Note]
    ) -> AbstractContextManager[Span]:
        """A span around the block, under ``parent`` or as the first of a trace."""

    def record(
        self, name: str, parent: str, span_id: int, times: tuple[int, int], notes: dict[str, Note]
    ) -> None:
        """A span that is over: its begin and end in nanoseconds."""

    def stop(self) -> None:
        """Send what has not been sent."""


class _Current:
    tracer: Tracer | None = None


def start(service: str, endpoint: str) -> None:
    """Trace from now on, when there is somewhere to send traces to."""
    if endpoint and _Current.tracer is None:
        _Current.tracer = importlib.import_module("shared.telemetry.otel").start(service)


def use(tracer: Tracer | None) -> None:
    """Trace with this one from now on; with None no more."""
    _Current.tracer = tracer


def stop() -> None:
    """Send what has not been sent, and trace no more."""
    if _Current.tracer is not None:
        _Current.tracer.stop()
        _Current.tracer = None


def on() -> bool:
    """Whether traces are made."""
    return _Current.tracer is not None


@contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None, **notes: Note) -> Iterator[Span | None]:
    """A step around the block, under ``parent`` or as the first of a trace; None when traces are off.

    Inside, events, statements and log lines belong to it.
    """
    if _Current.tracer is None:
        yield None
        return
    with _Current.tracer.span(name, kind, parent, notes) as made:
        token = traceparent.set(made.traceparent)
        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id_of(made.traceparent)):
                yield made
        finally:
            traceparent.reset(token)


@contextmanager
def child(name: str, *, kind: Kind = "internal", parent: str | None, **notes: Note) -> Iterator[Span | None]:
    """Like :func:`span`, but no trace begins here: without a parent nothing is noted."""
    if parent is None:
        yield None
        return
    with span(name, kind=kind, parent=parent, **notes) as made:
        yield made


def record(name: str, *, parent: str, span_id: int, times: tuple[int, int], **notes: Note) -> None:
    """Note a step that is over."""
    if _Current.tracer is not None:
        _Current.tracer.record(name, parent, span_id, times, notes)


def trace_id_of(context: str) -> str:
    """The trace's id in a traceparent."""
    return context.split("-")[1]
