"""What a decision needs: somebody who may take it, a reason where one is due, a place to go to."""

from datetime import datetime

from services.review.domain.approvers import Question, approvers
from shared.contracts.moves import REVIEW, REVIEW_STAGES, TABLE
from shared.contracts.refusals import NotApprover, OwnPlan, ReasonMissing, TargetWrong, WrongStage
from shared.contracts.words import Move, Stage
from shared.org.organisation import Organisation


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
    rule = TABLE[move]
    if rule.owner != REVIEW or rule.later or stage not in REVIEW_STAGES:
        raise WrongStage(stage=stage.value, move=move.value)
    if rule.needs_reason and not note.strip():
        raise ReasonMissing(move=move.value)
    allowed = rule.targets(stage) if move is Move.RETURN else ()
    if to is not None and to not in allowed:
        raise TargetWrong(stage=stage.value, allowed=", ".join(allowed))


def leads_to(move: Move, stage: Stage, to: Stage | None) -> Stage:
    """Where a plan goes by a decision in ``stage``."""
    return to or TABLE[move].targets(stage)[0]
