"""The notices that review asks for: to whom, for which cause, and what."""

from collections.abc import Iterable

from services.review.domain.ladder import Recipient
from services.review.domain.rounds import Round
from shared.contracts.notices import (
    Cause,
    Notice,
    PlanNotice,
    PlanRecalled,
    ReviewReminder,
    ReviewWaiting,
    StepEscalated,
    StepOverdue,
    TimeUp,
)
from shared.contracts.words import Rung


def waiting(round_: Round, people: Iterable[str]) -> tuple[Notice, ...]:
    """A round has come to these reviewers."""
    reason = f"{round_.plan.plan_id}:{round_.stage}:{round_.plan_version}:waiting"
    said = ReviewWaiting(plan=round_.plan, stage=round_.stage, due=round_.deadline.instant)
    return tuple(said.to(person, reason) for person in people)


def recalled(round_: Round, people: Iterable[str]) -> tuple[Notice, ...]:
    """The author has taken the plan back from these reviewers."""
    reason = f"{round_.plan.plan_id}:{round_.stage}:{round_.plan_version}:recalled"
    return tuple(PlanRecalled(plan=round_.plan).to(person, reason) for person in people)


def rung_fired(
    round_: Round, rung: Rung, told: Iterable[Recipient], responsible: Iterable[str]
) -> tuple[Notice, ...]:
    """A rung of the round's deadline; a plan that comes back has a new version, so a new reason."""
    reason = f"{round_.plan.plan_id}:{round_.deadline.milestone}:{round_.plan_version}:{rung}"
    late = tuple(responsible)
    return tuple(
        _of_rung(round_, rung, Cause(recipient.because), late).to(recipient.person, reason)
        for recipient in told
    )


def _of_rung(round_: Round, rung: Rung, because: Cause, responsible: tuple[str, ...]) -> PlanNotice:
    plan, stage = round_.plan, round_.stage
    milestone, due = round_.deadline.milestone, round_.deadline.instant
    if rung is Rung.END_STATE:
        return TimeUp(plan=plan, milestone=milestone, stage=stage, due=due, because=because)
    if rung not in (Rung.SUPERIOR, Rung.LEADERSHIP):
        return ReviewReminder(plan=plan, stage=stage, due=due, rung=rung)
    kind = StepOverdue if rung is Rung.SUPERIOR else StepEscalated
    return kind(
        plan=plan,
        milestone=milestone,
        stage=stage,
        due=due,
        because=because,
        responsible=responsible,
        rung=rung,
    )
