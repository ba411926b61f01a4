"""The notices that review asks for: to whom, for which cause, with which words."""

from collections.abc import Iterable
from typing import Final

from services.review.domain.ladder import Recipient
from services.review.domain.rounds import Round
from shared.contracts.events import Notice
from shared.contracts.words import Rung

TEMPLATE_OF: Final = {
    Rung.HALF_TIME: "review_reminder",
    Rung.DUE: "review_reminder",
    Rung.SUPERIOR: "overdue",
    Rung.LEADERSHIP: "escalated",
    Rung.END_STATE: "ended",
}


def waiting(round_: Round, people: Iterable[str]) -> tuple[Notice, ...]:
    """A round has come to these reviewers."""
    reason = f"{round_.plan.plan_id}:{round_.stage}:{round_.plan_version}:waiting"
    return tuple(
        Notice(recipient=person, reason=reason, template="review_waiting", parameters=_parameters(round_))
        for person in people
    )


def recalled(round_: Round, people: Iterable[str]) -> tuple[Notice, ...]:
    """The author has taken the plan back from these reviewers."""
    reason = f"{round_.plan.plan_id}:{round_.stage}:{round_.plan_version}:recalled"
    return tuple(
        Notice(recipient=person, reason=reason, template="recalled", parameters=_parameters(round_))
        for person in people
    )


def rung_fired(
    round_: Round, rung: Rung, told: Iterable[Recipient], responsible: Iterable[str]
) -> tuple[Notice, ...]:
    """A rung of the round's deadline; a plan that comes back has a new version, so a new reason."""
    milestone = round_.deadline.milestone
    reason = f"{round_.plan.plan_id}:{milestone}:{round_.plan_version}:{rung}"
    words = _parameters(round_) | {
        "milestone": milestone.value,
        "rung": rung.value,
        "responsible": ", ".join(responsible),
    }
    return tuple(
        Notice(
            recipient=recipient.person,
            reason=reason,
            template=TEMPLATE_OF[rung],
            parameters=words | {"because": recipient.because.value},
        )
        for recipient in told
    )


def _parameters(round_: Round) -> dict[str, str]:
    return {
        "plan": round_.plan.plan_id,
        "month": round_.plan.month,
        "author": round_.plan.person,
        "department": round_.plan.department,
        "stage": round_.stage.value,
        "due": f"{round_.deadline.local:%Y-%m-%d %H:%M} {round_.deadline.zone}",
    }
