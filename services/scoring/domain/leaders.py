"""Who may answer for a score as its leader, and who hears of its deadlines; resolved when asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.scoring.domain.answers import Answers, Leaders
from shared.contracts.values import Code, Value
from shared.contracts.words import Milestone, Rung
from shared.ladder.recipients import once

STEPS = frozenset({Milestone.CONFIRMATION_DUE, Milestone.DISPUTE_ANSWER_DUE})
"""The deadlines of a score."""


class Deputy(Protocol):
    """Somebody who may act for another by delegation."""

    @property
    def person(self) -> str:
        """Who may act."""

    @property
    def on_behalf_of(self) -> str:
        """For whom."""


class People(Protocol):
    """What has to be known of the organisation."""

    def leader_above(self, person_id: str, department_id: str, /) -> str | None:
        """Who answers for a person's plan, never the person themself."""

    def deputies(
        self, giver: str, at: datetime, step: Milestone, department_id: str, /, without: str = ""
    ) -> Sequence[Deputy]:
        """Who may act for ``giver``, not through ``without``."""

    def superior(self, person_id: str, /) -> str | None:
        """Who stands above a person."""

    def executives(self, department_id: str, /, exclude: str = "") -> tuple[str, ...]:
        """The executives above a department."""


@dataclass(frozen=True)
class Scoree:
    """Whose score it is, and of which department."""

    author: str
    department: str


class Recipient(Value):
    """Somebody who is told, with why: approver, deputy, superior, leadership or author."""

    person: Code
    because: str


def leaders(people: People, scoree: Scoree, at: datetime, step: Milestone) -> Leaders:
    """Who may answer as the leader at this instant: the leader above the author, and their delegates."""
    leader = people.leader_above(scoree.author, scoree.department)
    if leader is None:
        return {}
    deputies = people.deputies(leader, at, step, scoree.department, without=scoree.author)
    return {leader: None, **{deputy.person: deputy.on_behalf_of for deputy in deputies}}


def step_of(answers: Answers) -> Milestone:
    """What the leader is asked for: a confirmation, or the answer to an open dispute."""
    return Milestone.DISPUTE_ANSWER_DUE if answers.open_dispute else Milestone.CONFIRMATION_DUE


def waits(answers: Answers, milestone: Milestone) -> bool:
    """Whether the deadline still has somebody to remind.

    A dispute ends the wait for a confirmation: its own deadline takes over.
    """
    if milestone is Milestone.DISPUTE_ANSWER_DUE:
        return answers.open_dispute
    return answers.disputed_by is None and answers.leader_confirmed_by is None


def addressed(
    people: People, scoree: Scoree, at: datetime, milestone: Milestone, rung: Rung
) -> tuple[Recipient, ...]:
    """Whom a rung is meant for, once each, farther up the farther it is climbed.

    The author hears of the end alone: their leader's delay is escalated to somebody else.
    """
    return once(
        recipient
        for recipient in _meant(people, scoree, at, milestone, rung)
        if recipient.person != scoree.author or recipient.because == "author"
    )


def _meant(
    people: People, scoree: Scoree, at: datetime, milestone: Milestone, rung: Rung
) -> Iterator[Recipient]:
    leader = people.leader_above(scoree.author, scoree.department)
    if rung is Rung.LEADERSHIP:
        for person in people.executives(scoree.department, exclude=scoree.author):
            yield Recipient(person=person, because="leadership")
    else:
        for person, giver in leaders(people, scoree, at, milestone).items():
            yield Recipient(person=person, because="deputy" if giver else "approver")
    superior = people.superior(leader) if leader is not None else None
    if rung in (Rung.SUPERIOR, Rung.LEADERSHIP) and superior is not None:
        yield Recipient(person=superior, because="superior")
    if rung is Rung.END_STATE:
        yield Recipient(person=scoree.author, because="author")
