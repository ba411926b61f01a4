"""Owns what must come of each plan, read off the story, the policy and the template: the demo's own judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from monthline.company.files import CompanyFiles
from monthline.company.story import Part, Returned, Reviewing, Submitting
from shared.contracts.calendar import CyclePolicy, StepPolicy
from shared.contracts.words import EndState, Milestone, Stage


@dataclass(frozen=True)
class Expected:
    """The stages a plan goes through, its revisions, its score, and what leadership hears about it.

    ``score`` is None when the story names none; ``delegated`` are the steps somebody decides for another.
    """

    person: str
    stages: tuple[Stage, ...]
    revisions: int
    escalated: frozenset[Milestone] = frozenset()
    delegated: frozenset[Stage] = frozenset()
    disputed: bool = False
    score: Decimal | None = None

    @property
    def end(self) -> Stage:
        """Where the plan is when the month is over."""
        return self.stages[-1]


def planners(company: CompanyFiles, month: str) -> list[str]:
    """Who writes a plan for ``month``, by id."""
    return sorted(person.id for person in company.people if person.plans_in(month))


def expected(company: CompanyFiles, month: str, person: str) -> Expected:
    """What must come of one person's plan."""
    part = company.story.part(person)
    if part.submit is Submitting.NEVER or company.plan_of(person, month) is None:
        return _never_submitted(company.cycle, person)
    stages = (Stage.DRAFTING, *_reviewed(part), Stage.TRACKING, Stage.CLOSING, Stage.SCORED, Stage.FINAL)
    return Expected(
        person=person,
        stages=stages,
        revisions=sum(before is Stage.DRAFTING for before in stages),
        escalated=frozenset(_escalated(part, company.cycle)),
        delegated=frozenset(_delegated(part)),
        disputed=part.dispute is not None,
        score=part.score,
    )


def _never_submitted(cycle: CyclePolicy, person: str) -> Expected:
    draft = cycle.draft
    missing = draft.end_state is EndState.MARK_MISSING and draft.end_after is not None
    return Expected(
        person=person,
        stages=(Stage.DRAFTING, Stage.MISSING) if missing else (Stage.DRAFTING,),
        revisions=0,
        escalated=frozenset({Milestone.DRAFT_DUE} if _reaches_leadership(draft) else ()),
    )


def _reviewed(part: Part) -> Iterator[Stage]:
    """The stages between the first draft and the leader's approval."""
    yield Stage.HR_REVIEW
    if part.recall:
        yield from (Stage.DRAFTING, Stage.HR_REVIEW)
    if isinstance(part.hr, Returned):
        yield from (Stage.DRAFTING, Stage.HR_REVIEW)
    yield Stage.LEADER_REVIEW
    if isinstance(part.leader, Returned):
        yield from (Stage.DRAFTING, Stage.HR_REVIEW, Stage.LEADER_REVIEW)


def _escalated(part: Part, cycle: CyclePolicy) -> Iterator[Milestone]:
    if part.hr is Reviewing.STALL and _reaches_leadership(cycle.hr_review):
        yield Milestone.HR_REVIEW_DUE
    if part.leader is Reviewing.STALL and _reaches_leadership(cycle.leader_review):
        yield Milestone.LEADER_REVIEW_DUE


def _delegated(part: Part) -> Iterator[Stage]:
    if part.hr is Reviewing.DELEGATE:
        yield Stage.HR_REVIEW
    if part.leader is Reviewing.DELEGATE:
        yield Stage.LEADER_REVIEW


def _reaches_leadership(step: StepPolicy) -> bool:
    """Whether leadership is told before the end state is reached."""
    if step.leadership_after is None:
        return False
    return step.end_after is None or step.leadership_after < step.end_after
