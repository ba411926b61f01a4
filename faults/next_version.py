"""A process of the next version: one more field in what it writes, one more type of event, one more notice.

The drills set ``FAULTS_VERSION=next`` for some processes; the others are of this version.
"""

import importlib
from collections.abc import Iterator
from typing import Any

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from shared.contracts.events import Event, StageEntered
from shared.contracts.ids import PlanRef
from shared.contracts.notices import Notice, PlanNotice
from shared.contracts.plan import Finding, Item, PlanContent, Submission
from shared.contracts.values import Value
from shared.store.outbox import Outbox

VERSION = "FAULTS_VERSION"
NEXT = "next"
FIELD = "added_later"
MESSAGES = ("calendar", "events", "lifecycle", "notices", "plans", "review", "rungs", "scoring")
"""The modules of contracts whose values travel between processes as they are."""
NESTED = (Finding, Item, PlanContent, Submission)
"""Values of other modules that lie within them and have no columns of their own in a table."""
NOTICE = "stage_noted"


def become() -> None:
    """Turn this process into one of the next version, before it loads a service."""
    add_field()
    noted, notice = _new_event(), _new_notice()
    original = Outbox.letters_of

    def letters_of(self: Outbox, connection: Any, *events: Event) -> Any:
        moves = [event for event in events if isinstance(event, StageEntered)]
        more = [noted(plan=event.plan, at=event.at, notices=_told(notice, event)) for event in moves]
        told = [_with_notice(notice, event) for event in events]
        return original(self, connection, *told, *more)

    Outbox.letters_of = letters_of  # type: ignore[method-assign]


def add_field() -> None:
    """Give every message one more field with a default, also where it lies within another."""
    for module in MESSAGES:
        importlib.import_module(f"shared.contracts.{module}")
    everything = list(dict.fromkeys(_below(Value)))
    named = {f"shared.contracts.{module}" for module in MESSAGES}
    for kind in everything:
        if kind.__module__ in named or kind in NESTED:
            kind.__annotations__[FIELD] = str
            kind.__pydantic_fields__[FIELD] = FieldInfo(annotation=str, default="next")
    for kind in everything:
        if "__pydantic_core_schema__" in vars(kind):
            del kind.__pydantic_core_schema__
    for kind in everything:
        kind.model_rebuild(force=True)


def _new_event() -> type[Any]:
    class StageNoted(Event):
        """A type of event that this version does not know."""

        owner = "plans"
        fact = "stage_noted"
        plan: PlanRef
        at: AwareDatetime

    return StageNoted


def _new_notice() -> type[PlanNotice]:
    class StageNotedNotice(PlanNotice):
        """A notice that this version has no text for."""

        name = NOTICE
        remark: str

    return StageNotedNotice


def _with_notice(notice: type[Any], event: Event) -> Event:
    """The event; of a move also the author is told."""
    if not isinstance(event, StageEntered):
        return event
    return event.model_copy(update={"notices": (*event.notices, *_told(notice, event))})


def _told(notice: type[Any], event: StageEntered) -> tuple[Notice, ...]:
    reason = f"{event.plan.plan_id}:noted:{event.version}"
    return (notice(plan=event.plan, remark="next").to(event.plan.person, reason),)


def _below(kind: type[Value]) -> Iterator[type[Value]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)
