"""The notices that scoring asks for: to whom, for which cause, with which words."""

from collections.abc import Iterable, Mapping

from services.scoring.domain.answers import Answered
from services.scoring.domain.leaders import Recipient
from shared.contracts.calendar import Deadline
from shared.contracts.events import Notice
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command
from shared.contracts.rungs import FireRung
from shared.contracts.scoring import Score
from shared.contracts.words import Milestone, Move, Rung, Stage

RUNG_TEMPLATE: Mapping[Rung, str] = {
    Rung.HALF_TIME: "confirmation_reminder",
    Rung.DUE: "confirmation_reminder",
    Rung.SUPERIOR: "overdue",
    Rung.LEADERSHIP: "escalated",
    Rung.END_STATE: "ended",
}


def scored(
    score: Score, confirmation: Deadline, plan_version: int, leaders: Iterable[str]
) -> tuple[Notice, ...]:
    """A plan has a score: its author may answer it, and its leader is asked to confirm.

    The author's cause is the plan's move to scored, so that they hear of it once whoever tells it.
    """
    words = parameters(score, confirmation)
    reason = f"{score.plan.plan_id}:moved:{plan_version + 1}"
    own = Notice(recipient=score.plan.person, reason=reason, template="scored", parameters=words)
    asked = f"{score.plan.plan_id}:{Milestone.CONFIRMATION_DUE}:{plan_version + 1}:waiting"
    step = {"milestone": Milestone.CONFIRMATION_DUE.value}
    return (
        own,
        *(
            Notice(recipient=leader, reason=asked, template="confirmation_reminder", parameters=words | step)
            for leader in leaders
        ),
    )


def answered(score: Score, command: Command, result: Answered, leaders: Iterable[str]) -> tuple[Notice, ...]:
    """A dispute goes to those who may answer it; its answer goes to the author."""
    if command.move is Move.DISPUTE:
        template, people = "disputed", tuple(leaders)
    elif result.answers_dispute:
        template, people = "dispute_answered", (score.plan.person,)
    else:
        return ()
    words = parameters(score) | {"actor": command.actor, "note": command.note}
    reason = f"{score.plan.plan_id}:{template}:{score.version}"
    return tuple(
        Notice(recipient=person, reason=reason, template=template, parameters=words) for person in people
    )


def rung_fired(
    score: Score, request: FireRung, told: Iterable[Recipient], responsible: str | None
) -> tuple[Notice, ...]:
    """A rung of a deadline of the score, one notice per recipient."""
    milestone = request.deadline.milestone.value
    reason = f"{score.plan.plan_id}:{milestone}:{request.plan_version}:{request.rung}"
    words = parameters(score, request.deadline) | {"milestone": milestone, "rung": request.rung.value}
    if responsible is not None:
        words["responsible"] = responsible
    return tuple(
        Notice(
            recipient=recipient.person,
            reason=reason,
            template=RUNG_TEMPLATE[request.rung],
            parameters=words | {"because": recipient.because},
        )
        for recipient in told
    )


def parameters(score: Score, deadline: Deadline | None = None) -> dict[str, str]:
    """What every text about a score may say of it."""
    return {
        **of_plan(score.plan),
        "score": str(score.total),
        "band": score.band,
        "due": f"{deadline.local:%Y-%m-%d %H:%M} {deadline.zone}" if deadline else "",
    }


def of_plan(plan: PlanRef) -> dict[str, str]:
    """Which plan it is, and where it stands."""
    return {
        "plan": plan.plan_id,
        "month": plan.month,
        "author": plan.person,
        "department": plan.department,
        "stage": Stage.SCORED.value,
    }
