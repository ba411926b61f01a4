"""Who hears of a rung of a review deadline, and why; resolved at the instant it fires."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from services.review.domain.approvers import Question, approvers, principals
from shared.contracts.values import Code, Value
from shared.contracts.words import Rung
from shared.ladder.recipients import once
from shared.org.organisation import Organisation


class Because(StrEnum):
    """Why somebody hears of a rung."""

    APPROVER = "approver"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    LEADERSHIP = "leadership"
    AUTHOR = "author"


class Recipient(Value):
    """Somebody who is told, with the reason they were chosen."""

    person: Code
    because: Because


def recipients(
    organisation: Organisation, question: Question, rung: Rung, at: datetime
) -> tuple[Recipient, ...]:
    """Whom the rung reaches, once each and for the first reason that holds.

    The author hears of the end alone: their own reviewer's delay is escalated to somebody else.
    """
    return once(_chosen(organisation, question, rung, at))


def _chosen(organisation: Organisation, question: Question, rung: Rung, at: datetime) -> Iterator[Recipient]:
    if rung is not Rung.LEADERSHIP:
        yield from _responsible(organisation, question, at)
    if rung is Rung.LEADERSHIP:
        for person in organisation.executives(question.department, question.author):
            yield Recipient(person=person, because=Because.LEADERSHIP)
    if rung in (Rung.SUPERIOR, Rung.LEADERSHIP):
        yield from _superiors(organisation, question)
    if rung is Rung.END_STATE:
        yield Recipient(person=question.author, because=Because.AUTHOR)


def _responsible(organisation: Organisation, question: Question, at: datetime) -> Iterator[Recipient]:
    for approver in approvers(organisation, question, at):
        because = Because.DEPUTY if approver.on_behalf_of else Because.APPROVER
        yield Recipient(person=approver.person, because=because)


def _superiors(organisation: Organisation, question: Question) -> Iterator[Recipient]:
    """The superiors of those whose step it is; the author's place is taken by the author's own."""
    for person in principals(organisation, question):
        superior = organisation.superior(person)
        if superior == question.author:
            superior = organisation.superior(superior)
        if superior is not None and superior != person and organisation.active(superior):
            yield Recipient(person=superior, because=Because.SUPERIOR)
