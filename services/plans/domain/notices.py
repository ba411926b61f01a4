"""Who is told of a move and of a rung, and what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.plans.domain.rungs import Recipient
from shared.contracts.ids import PlanRef
from shared.contracts.notices import (
    Cause,
    DraftOpened,
    DraftReminder,
    EntryReminder,
    Notice,
    PlanApproved,
    PlanClosing,
    PlanEnded,
    PlanMissing,
    PlanNotice,
    PlanReturned,
    PlanReturnedByTime,
    ScoreFinal,
    StepEscalated,
    StepOverdue,
)
from shared.contracts.rungs import FireRung
from shared.contracts.scoring import Points
from shared.contracts.words import SYSTEM, Milestone, Move, Rung, Stage


@dataclass(frozen=True)
class Entered:
    """A move that led a plan to another stage; ``due`` is the deadline that waits there."""

    plan: PlanRef
    move: Move
    stage: Stage
    actor: str
    note: str = ""
    due: datetime | None = None
    score: Points | None = None


ON_ENTERING: Mapping[Stage, Callable[[Entered], PlanNotice]] = {
    Stage.TRACKING: lambda e: PlanApproved(plan=e.plan, actor=e.actor, note=e.note, stage=e.stage),
    Stage.CLOSING: lambda e: PlanClosing(plan=e.plan, due=e.due),
    Stage.FINAL: lambda e: _final(e.plan, e.score),
    Stage.MISSING: lambda e: PlanMissing(plan=e.plan, due=e.due, note=e.note),
    Stage.EXEMPT: lambda e: PlanEnded(plan=e.plan, actor=e.actor, stage=e.stage, note=e.note),
    Stage.CANCELLED: lambda e: PlanEnded(plan=e.plan, actor=e.actor, stage=e.stage, note=e.note),
}
"""What the author is told when their plan enters a stage; reviewers are told by
their round, and of a score by scoring."""


def of_move(entered: Entered, version: int) -> tuple[Notice, ...]:
    """The notices of a move: to the author, where the move is news to them."""
    said = _said(entered)
    if said is None:
        return ()
    return (said.to(entered.plan.person, f"{entered.plan.plan_id}:moved:{version}"),)


def _said(entered: Entered) -> PlanNotice | None:
    match entered.move:
        case Move.OPEN:
            return DraftOpened(plan=entered.plan, due=entered.due)
        case Move.RETURN:
            return _returned(entered)
    write = ON_ENTERING.get(entered.stage)
    return None if write is None else write(entered)


def _returned(entered: Entered) -> PlanNotice:
    """Time's own reason is the deadline that ran out."""
    plan, stage, due = entered.plan, entered.stage, entered.due
    if entered.actor == SYSTEM:
        return PlanReturnedByTime(plan=plan, milestone=Milestone(entered.note), stage=stage, due=due)
    return PlanReturned(plan=plan, actor=entered.actor, note=entered.note, stage=stage, due=due)


def _final(plan: PlanRef, score: Points | None) -> PlanNotice:
    return ScoreFinal(plan=plan, score=score.total, band=score.band) if score else ScoreFinal(plan=plan)


def of_rung(request: FireRung, recipients: Iterable[Recipient]) -> tuple[Notice, ...]:
    """The notices of a rung of one of the author's deadlines, one per recipient.

    The end state asks for none: the move that follows it tells the author.
    """
    if request.rung is Rung.END_STATE:
        return ()
    when = f"{request.deadline.local:%Y-%m-%dT%H:%M}"
    milestone = request.deadline.milestone
    reason = f"{request.plan.plan_id}:{milestone}:{when}:{request.plan_version}:{request.rung}"
    return tuple(
        _of_rung(request, Cause(recipient.because)).to(recipient.person, reason) for recipient in recipients
    )


def _of_rung(request: FireRung, because: Cause) -> PlanNotice:
    plan, milestone, due = request.plan, request.deadline.milestone, request.deadline.instant
    if request.rung in (Rung.SUPERIOR, Rung.LEADERSHIP):
        kind = StepOverdue if request.rung is Rung.SUPERIOR else StepEscalated
        return kind(
            plan=plan,
            milestone=milestone,
            stage=request.stage,
            due=due,
            because=because,
            responsible=(plan.person,),
            rung=request.rung,
        )
    if milestone is Milestone.DRAFT_DUE:
        return DraftReminder(plan=plan, due=due, rung=request.rung)
    return EntryReminder(plan=plan, due=due, rung=request.rung, milestone=milestone)
