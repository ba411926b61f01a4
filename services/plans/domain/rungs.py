"""The ladder of the author's deadlines: who hears of a rung and why, and which week it asks about."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from shared.contracts.values import Code, Value
from shared.contracts.words import Rung
from shared.ladder.recipients import once

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


def addressed(rung: Rung, author: str, department: str, people: People) -> tuple[Recipient, ...]:
    """Whom a rung is meant for, each once: the author first, farther up the farther it is climbed."""
    if rung is Rung.LEADERSHIP:
        executives = people.executives(department, exclude=author)
        leadership = [Recipient(person=person, because=Because.LEADERSHIP) for person in executives]
        return once([*leadership, *_superior(author, people)])
    own = Recipient(person=author, because=Because.AUTHOR)
    return once([own, *_superior(author, people)]) if rung is Rung.SUPERIOR else (own,)


def _superior(author: str, people: People) -> list[Recipient]:
    superior = people.superior(author)
    return [Recipient(person=superior, because=Because.SUPERIOR)] if superior else []


def reporting_week(due: date) -> tuple[date, date]:
    """The days an entry must be effective on to answer a weekly progress date, both included."""
    return due - WEEK + timedelta(days=1), due
