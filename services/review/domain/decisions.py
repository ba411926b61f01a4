"""What a decision needs: somebody who may take it, a reason where one is due, a place to go to."""

from datetime import datetime
from typing import Final

from services.review.domain.approvers import STEP_OF, Question, approvers
from shared.contracts.refusals import NotApprover, OwnPlan, ReasonMissing, TargetWrong, WrongStage
from shared.contracts.words import Move, Stage
from shared.org.organisation import Organisation

RETURNS: Final = {
    Stage.HR_REVIEW: (Stage.DRAFTING,),
    Stage.LEADER_REVIEW: (Stage.DRAFTING, Stage.HR_REVIEW),
}
"""Where each stage's reviewer may send a plan back to, the usual place first (domain section 8)."""

APPROVED: Final = {Stage.HR_REVIEW: Stage.LEADER_REVIEW, Stage.LEADER_REVIEW: Stage.TRACKING}
"""Where an approval leads."""


def authority(organisation: Organisation, question: Question, actor: str, at: datetime) -> str | None:
    """For whom ``actor`` decides: None for their own right.

    Raises:
        OwnPlan: the plan is the actor's.
        NotApprover: the step is somebody else's at ``at``.
    """
    if actor == question.author:
        raise OwnPlan()
    for approver in approvers(organisation, question, at):
        if approver.person == actor:
            return approver.on_behalf_of
    raise NotApprover(stage=question.stage.value)


def check(move: Move, stage: Stage, note: str, to: Stage | None) -> None:
    """Whether a decision is complete.

    Raises:
        WrongStage: nothing is decided in this stage, or not by this move.
        ReasonMissing: a return without a reason.
        TargetWrong: a return to where this stage cannot send a plan, or an approval that names a place.
    """
    if stage not in STEP_OF or move not in (Move.APPROVE, Move.RETURN):
        raise WrongStage(stage=stage.value, move=move.value)
    if move is Move.RETURN and not note.strip():
        raise ReasonMissing(move=move.value)
    allowed = RETURNS[stage] if move is Move.RETURN else ()
    if to is not None and to not in allowed:
        raise TargetWrong(stage=stage.value, allowed=", ".join(allowed))


def leads_to(move: Move, stage: Stage, to: Stage | None) -> Stage:
    """Where a plan goes by a decision in ``stage``."""
    return APPROVED[stage] if move is Move.APPROVE else to or RETURNS[stage][0]
