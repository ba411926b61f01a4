"""Tracking: the author works and reports weekly, until the author or the month's end begins the close."""

from datetime import datetime

from shared.contracts.calendar import Deadline
from shared.contracts.words import Move, Rung
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.stages.plan_stage import PlanStage


class Tracking(PlanStage):
    """The month itself: weekly reminders, and the close when it ends."""

    def due(self, month: Month, now: datetime) -> Deadline:
        """The last calendar day of the month."""
        return month.close_opens()

    def ladder(self, month: Month, due: Deadline | None, since: datetime) -> list[Alarm]:
        """The author is reminded of every weekly report; time begins the close."""
        closes = month.close_opens()
        weekly = [Alarm(due.instant, due, Rung.DUE) for due in month.progress_due()]
        return [*weekly, Alarm(closes.instant, closes, move=Move.CLOSE)]
