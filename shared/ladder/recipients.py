"""Who of those meant by a rung hears of it: each once, and nobody on their leave."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from shared.contracts.words import RungOutcome


class Meant(Protocol):
    """Somebody whom a rung is meant for."""

    @property
    def person(self) -> str:
        """Who."""


class Absences(Protocol):
    """What has to be known of people."""

    def absent(self, person_id: str, day: date, /) -> bool:
        """Whether the person is away on a day."""


R = TypeVar("R", bound=Meant)


def once(meant: Iterable[R]) -> tuple[R, ...]:
    """Each person with the first reason that holds for them."""
    found: dict[str, R] = {}
    for recipient in meant:
        found.setdefault(recipient.person, recipient)
    return tuple(found.values())


def present(people: Absences, meant: Iterable[R], day: date) -> tuple[RungOutcome, tuple[R, ...]]:
    """Who of them is there on ``day``; POSTPONED when all are away, NOBODY when none was meant."""
    everybody = tuple(meant)
    there = tuple(recipient for recipient in everybody if not people.absent(recipient.person, day))
    if there:
        return RungOutcome.SENT, there
    return (RungOutcome.POSTPONED if everybody else RungOutcome.NOBODY), ()
