"""Messages of the stream as their readers see them."""

import json
from dataclasses import dataclass

from pydantic import ValidationError

from shared.base.tracebacks import said
from shared.contracts.events import EVENTS, Event


@dataclass(frozen=True)
class Meta:
    """Of a message: the event's id, how often it was delivered, its CloudEvents JSON, and its trace."""

    event_id: str
    delivered: int
    body: bytes = b""
    trace: str | None = None


@dataclass(frozen=True)
class Told:
    """An event as it was delivered."""

    event: Event
    meta: Meta


class Poison(Exception):
    """A message that no number of deliveries will make readable."""


def read(subject: str, body: bytes) -> tuple[str, Event, str | None]:
    """The event's id, the event and its trace context, from CloudEvents JSON.

    Raises:
        Poison: not JSON, not CloudEvents, of an unknown type, not of that type's shape, or told on
            another subject than its type's: permissions are on subjects.
    """
    try:
        envelope = json.loads(body)
        if envelope["type"] != subject:
            raise ValueError(f"an event of type {str(envelope['type'])[:100]}")
        kind = EVENTS[envelope["type"]]
        event = kind.deserialize(envelope["data"])
        return str(envelope["id"]), event, envelope.get("traceparent")
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise Poison(f"{subject}: {type(error).__name__}: {said(error)[:500]}") from error


def opened(subject: str, body: bytes, delivered: int, published: str | None = None) -> Told:
    """A message as its reader sees it; it was ``published`` in that trace, if not in the event's own.

    Raises:
        Poison: it cannot be read.
    """
    id_, event, told = read(subject, body)
    return Told(event, Meta(id_, delivered, body, published or told))


def event_id(body: bytes) -> str:
    """The id of a message that need not be readable; empty when it has none."""
    try:
        return str(json.loads(body)["id"])[:200]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
