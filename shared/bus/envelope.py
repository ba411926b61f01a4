"""Messages of the stream as their readers see them."""

import json
from dataclasses import dataclass
from typing import Any

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


class UnknownEvent(Exception):
    """An event that a newer version of this program knows; ``meta`` is as far as it can be read."""

    def __init__(self, subject: str, meta: Meta, reason: str) -> None:
        super().__init__(f"{subject}: {reason}")
        self.subject = subject
        self.meta = meta
        self.reason = reason


NEW_WORD = frozenset({"enum", "literal_error", "union_tag_invalid"})
"""Pydantic's types of the errors of a word that the reader's vocabulary does not have."""


def opened(subject: str, body: bytes, delivered: int = 1, published: str | None = None) -> Told:
    """A message as its reader sees it; it was ``published`` in that trace, if not in the event's own.

    Raises:
        UnknownEvent: its type or version is unknown here, or it has a word that is.
        Poison: not JSON, not CloudEvents, not of its type's shape, or told on another subject than its
            type's: permissions are on subjects.
    """
    try:
        envelope = json.loads(body)
        if envelope["type"] != subject:
            raise ValueError(f"an event of type {str(envelope['type'])[:100]}")
        meta = Meta(str(envelope["id"]), delivered, body, published or envelope.get("traceparent"))
        data = envelope["data"]
        if subject not in EVENTS:
            raise UnknownEvent(subject, meta, "this version knows no such event")
        return Told(_event(subject, meta, data), meta)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Poison(f"{subject}: {type(error).__name__}: {said(error)[:500]}") from error


def _event(subject: str, meta: Meta, data: Any) -> Event:
    try:
        return EVENTS[subject].deserialize(data)
    except ValidationError as error:
        if all(found["type"] in NEW_WORD for found in error.errors()):
            raise UnknownEvent(subject, meta, f"a word is unknown: {said(error)[:500]}") from error
        raise


def event_id(body: bytes) -> str:
    """The id of a message that need not be readable; empty when it has none."""
    try:
        return str(json.loads(body)["id"])[:200]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
