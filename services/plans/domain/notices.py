"""Who hears of a move and of a rung, and with which text."""

from collections.abc import Iterable, Mapping

from services.plans.domain.rungs import Recipient
from shared.contracts.calendar import Deadline
from shared.contracts.events import Notice
from shared.contracts.ids import PlanRef
from shared.contracts.rungs import FireRung
from shared.contracts.words import Milestone, Move, Rung, Stage

ON_ENTERING: dict[Stage, str] = {
    Stage.TRACKING: "approved",
    Stage.CLOSING: "closing",
    Stage.FINAL: "final",
    Stage.MISSING: "missing",
    Stage.EXEMPT: "ended",
    Stage.CANCELLED: "ended",
}
"""What the author is told when their plan enters a stage; reviewers are told by
their round, and of a score by scoring."""


def of_move(
    plan: PlanRef,
    *,
    move: Move,
    entered: Stage | None,
    version: int,
    deadline: Deadline | None,
    said: Mapping[str, str],
) -> tuple[Notice, ...]:
    """The notices of a move: to the author, where the move is news to them.

    ``entered`` is the stage the move led to, None for a move within a stage; ``said`` what the texts may
    tell of the move beside the plan.
    """
    template = None if entered is None else _template(move, entered)
    if template is None or entered is None:
        return ()
    parameters = {**_parameters(plan, entered, deadline), **said}
    reason = f"{plan.plan_id}:moved:{version}"
    return (Notice(recipient=plan.person, reason=reason, template=template, parameters=parameters),)


def _template(move: Move, entered: Stage) -> str | None:
    match move:
        case Move.OPEN:
            return "draft_opened"
        case Move.RETURN:
            return "returned"
    return ON_ENTERING.get(entered)


def of_rung(request: FireRung, recipients: Iterable[Recipient]) -> tuple[Notice, ...]:
    """The notices of a rung of one of the author's deadlines, one per recipient.

    The end state asks for none: the move that follows it tells the author.
    """
    milestone = request.deadline.milestone
    template = _rung_template(milestone, request.rung)
    if template is None:
        return ()
    words = _parameters(request.plan, request.stage, request.deadline) | {
        "rung": request.rung.value,
        "milestone": milestone.value,
        "responsible": request.plan.person,
    }
    when = f"{request.deadline.local:%Y-%m-%dT%H:%M}"
    reason = f"{request.plan.plan_id}:{milestone}:{when}:{request.plan_version}:{request.rung}"
    return tuple(
        Notice(
            recipient=recipient.person,
            reason=reason,
            template=template,
            parameters=words | {"because": recipient.because.value},
        )
        for recipient in recipients
    )


def _rung_template(milestone: Milestone, rung: Rung) -> str | None:
    match rung:
        case Rung.HALF_TIME | Rung.DUE:
            return "draft_reminder" if milestone is Milestone.DRAFT_DUE else "closing"
        case Rung.SUPERIOR:
            return "overdue"
        case Rung.LEADERSHIP:
            return "escalated"
        case Rung.END_STATE:
            return None


def _parameters(plan: PlanRef, stage: Stage, deadline: Deadline | None) -> dict[str, str]:
    return {
        "plan": plan.plan_id,
        "month": plan.month,
        "author": plan.person,
        "department": plan.department,
        "stage": stage.value,
        "due": f"{deadline.local:%Y-%m-%d %H:%M} {deadline.zone}" if deadline else "",
    }
