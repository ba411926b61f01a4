"""The ladder of the author's deadlines: who hears of a rung and why, and which week it asks about."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from shared.contracts.values import Code, Value
from shared.contracts.words import Rung, RungOutcome

WEEK = timedelta(days=7)


class Because(StrEnum):
    """Why somebody hears of a rung."""

    AUTHOR = "author"
    SUPERIOR = "superior"
    LEADERSHIP = "leadership"


class Recipient(Value):
    """Somebody who hears of a rung, and why."""

    person: Code
    because: Because


class People(Protocol):
    """What a rung has to know about people."""

    def superior(self, person_id: str, /) -> str | None:
        """Who stands above a person."""

    def executives(self, department_id: str, /, exclude: str = "") -> tuple[str, ...]:
        """The executives above a department."""

    def absent(self, person_id: str, day: date, /) -> bool:
        """Whether the person is away on a day."""


def addressed(rung: Rung, author: str, department: str, people: People) -> tuple[Recipient, ...]:
    """Whom a rung is meant for, each once: the author first, farther up the farther it is climbed."""
    if rung is Rung.LEADERSHIP:
        executives = people.executives(department, exclude=author)
        leadership = [Recipient(person=person, because=Because.LEADERSHIP) for person in executives]
        return _once([*leadership, *_superior(author, people)])
    own = Recipient(person=author, because=Because.AUTHOR)
    return _once([own, *_superior(author, people)]) if rung is Rung.SUPERIOR else (own,)


def _superior(author: str, people: People) -> list[Recipient]:
    superior = people.superior(author)
    return [Recipient(person=superior, because=Because.SUPERIOR)] if superior else []


def _once(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Each person with their first reason."""
    found: dict[str, Recipient] = {}
    for recipient in recipients:
        found.setdefault(recipient.person, recipient)
    return tuple(found.values())


def present(
    meant: tuple[Recipient, ...], day: date, people: People
) -> tuple[RungOutcome, tuple[Recipient, ...]]:
    """Who of them is there on ``day``; POSTPONED when all are away, NOBODY when none was meant."""
    if not meant:
        return RungOutcome.NOBODY, ()
    there = tuple(recipient for recipient in meant if not people.absent(recipient.person, day))
    return (RungOutcome.SENT, there) if there else (RungOutcome.POSTPONED, ())


def reporting_week(due: date) -> tuple[date, date]:
    """The days an entry must be effective on to answer a weekly progress date, both included."""
    return due - WEEK + timedelta(days=1), due
