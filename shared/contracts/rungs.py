"""One rung of a deadline's ladder, asked of the owner of the step."""

from datetime import date

from pydantic import AwareDatetime

from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.values import Code, Value
from shared.contracts.words import Rung, RungOutcome, Stage


class FireRung(Value):
    """A rung whose time has come.

    ``due`` is the rung's own instant, ``fires_at`` that of this plan's timer, which the policy's jitter
    spreads; ``local_date`` is the calendar's date on which it fires, and ``plan_version`` the version
    that waits; a plan that has moved on is told to nobody.
    """

    command_id: str
    plan: PlanRef
    stage: Stage
    plan_version: int
    deadline: Deadline
    rung: Rung
    due: AwareDatetime
    local_date: date
    fires_at: AwareDatetime | None = None


class FiredRung(Value):
    """What became of a rung, and whom it reached.

    POSTPONED means that everybody it would reach is absent that day: try the next working day.
    """

    outcome: RungOutcome
    recipients: tuple[Code, ...] = ()
