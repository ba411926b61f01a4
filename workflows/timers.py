"""Waiting for a person or a date: one timer that sleeps until it is moved, woken or due."""

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from shared.contracts.calendar import TimeScale


class CalendarTimer:
    """Sleeps by the calendar of a plan, mapped to the workflow's clock by its scale.

    Plans that share a deadline are spread over ``jitter`` seconds by their id, so that a month's end
    does not wake them all in one instant. Lateness is judged by the database, so this costs nobody.
    """

    def __init__(self, scale: TimeScale, plan_id: str, jitter: int) -> None:
        self._scale = scale
        spread = zlib.crc32(plan_id.encode()) % (jitter * 1000) if jitter else 0
        self._jitter = timedelta(milliseconds=spread) / scale.speed

    def now(self) -> datetime:
        """What the calendar shows now."""
        return self._scale.calendar(workflow.now())

    def due(self, instant: datetime) -> datetime:
        """When this plan's timer for a calendar instant fires, on the clock."""
        return self._scale.clock(instant) + self._jitter

    async def sleep_until(self, instant: datetime | None, woken: Callable[[], bool]) -> bool:
        """Wait until woken (True) or until the calendar instant has passed (False); None waits for ever."""
        if woken():
            return True
        if instant is None:
            await workflow.wait_condition(woken)
            return True
        left = self.due(instant) - workflow.now()
        if left <= timedelta():
            return False
        try:
            await workflow.wait_condition(woken, timeout=left)
        except TimeoutError:
            return False
        return True
