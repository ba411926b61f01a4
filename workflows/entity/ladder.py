"""Waiting for the reminders, the escalations and the end of a deadline that runs."""

from collections.abc import Callable, Iterable
from datetime import datetime

from shared.contracts.calendar import Deadline, WorkingDays
from shared.contracts.words import Rung, RungOutcome
from shared.ladder.dates import Alarm, postponed
from workflows.entity.timers import CalendarTimer

LEVELS = {Rung.SUPERIOR: 1, Rung.LEADERSHIP: 2}
"""How high a deadline has been escalated when one of these reminders was sent."""


class Ladder:
    """The alarms of the deadline that runs, in the order of their instants."""

    def __init__(self, timer: CalendarTimer, days: WorkingDays) -> None:
        self._timer = timer
        self._days = days
        self._alarms: list[Alarm] = []
        self.deadline: Deadline | None = None
        self.escalation_level = 0

    def begin(self, deadline: Deadline | None, alarms: Iterable[Alarm], since: datetime) -> None:
        """Replace what ran; a reminder that was due before ``since`` is left out, a move never."""
        self.deadline = deadline
        self.escalation_level = 0
        self._alarms = []
        self.add(*(alarm for alarm in alarms if alarm.move or alarm.instant > since))

    def add(self, *alarms: Alarm) -> None:
        """Set alarms beside those that are set."""
        self._alarms = sorted([*self._alarms, *alarms], key=lambda alarm: alarm.order)

    async def wait(self, woken: Callable[[], bool]) -> Alarm | None:
        """Wait for the next alarm, which is taken off the ladder; None when woken before it."""
        alarm = self._alarms[0] if self._alarms else None
        instant, name = (alarm.instant, alarm.name) if alarm else (None, "")
        if await self._timer.sleep_until(instant, woken, name) or alarm is None:
            return None
        self._alarms.remove(alarm)
        return alarm

    def note(self, alarm: Alarm, outcome: RungOutcome) -> None:
        """Note what became of an alarm's reminder: it climbed, or everybody is away until another day."""
        if outcome is RungOutcome.POSTPONED:
            again = postponed(alarm, self._days)
            self.add(*([again] if again else []))
        if outcome is RungOutcome.SENT and alarm.rung in LEVELS:
            self.escalation_level = LEVELS[alarm.rung]
