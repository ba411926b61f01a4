"""Who may decide a plan in review at an instant, and for whom: resolved when asked, never stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.contracts.words import Milestone, Stage
from shared.org.organisation import Organisation

STEP_OF: Final = {
    Stage.HR_REVIEW: Milestone.HR_REVIEW_DUE,
    Stage.LEADER_REVIEW: Milestone.LEADER_REVIEW_DUE,
}
"""The step of each stage that reviewers decide; a delegation names steps."""


@dataclass(frozen=True)
class Question:
    """What has to be decided: whose plan, of which department, in which stage."""

    author: str
    department: str
    stage: Stage


@dataclass(frozen=True)
class Approver:
    """Somebody who may decide; ``on_behalf_of`` is None when the right is their own."""

    person: str
    on_behalf_of: str | None = None


def approvers(organisation: Organisation, question: Question, at: datetime) -> tuple[Approver, ...]:
    """Everybody who may decide ``question`` at ``at``, once each: in their own right before any deputy.

    Nobody decides their own plan (domain section 2), in no role and not through delegation: the author
    neither takes a delegation for it nor passes one on. Nobody at all may be left.
    """
    own = principals(organisation, question)
    found = {person: Approver(person) for person in own}
    for giver in own:
        step, department, author = STEP_OF[question.stage], question.department, question.author
        for deputy in organisation.deputies(giver, at, step, department, without=author):
            found.setdefault(deputy.person, Approver(deputy.person, deputy.on_behalf_of))
    return tuple(found.values())


def principals(organisation: Organisation, question: Question) -> tuple[str, ...]:
    """Who may decide in their own right.

    The HR step belongs to the HR reviewers whose scope covers the department, and goes to the
    executives above when the author is the only one. The leader step belongs to whoever answers for
    the author's plan.
    """
    author, department = question.author, question.department
    if question.stage is Stage.HR_REVIEW:
        return organisation.hr_for(department, author) or organisation.executives(department, author)
    leader = organisation.leader_above(author, department)
    return (leader,) if leader else ()


class Resolver:
    """Who may decide, asked of many plans at one instant.

    The answer for a department holds for every author who is not among its approvers: whoever passes
    a delegation on has taken it before, and so is an approver.
    """

    def __init__(self, organisation: Organisation, at: datetime) -> None:
        self._organisation = organisation
        self._at = at
        self._usual: dict[tuple[str, Stage], tuple[Approver, ...]] = {}

    def approvers(self, question: Question) -> tuple[Approver, ...]:
        """As :func:`approvers`."""
        usual = self._usual_for(question)
        concerned = any(approver.person == question.author for approver in usual)
        return approvers(self._organisation, question, self._at) if concerned else usual

    def right(self, question: Question, person: str) -> Approver | None:
        """The right by which ``person`` may decide; None when they may not."""
        return next((each for each in self.approvers(question) if each.person == person), None)

    def _usual_for(self, question: Question) -> tuple[Approver, ...]:
        key = (question.department, question.stage)
        if key not in self._usual:
            nobodys = Question("", question.department, question.stage)
            self._usual[key] = approvers(self._organisation, nobodys, self._at)
        return self._usual[key]
