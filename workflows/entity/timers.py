"""Waiting for a person or a date: one timer that sleeps until it is moved, woken or due."""

import asyncio
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from shared.contracts.calendar import TimeScale


class CalendarTimer:
    """Sleeps by a subject's calendar, mapped to the workflow's clock by its scale.

    Subjects that share a deadline are spread over ``jitter`` seconds by their key, so that a month's end
    does not wake them all in one instant. Lateness is judged by the database, so this costs nobody.
    """

    def __init__(self, scale: TimeScale, subject: str, jitter: int) -> None:
        self._scale = scale
        spread = zlib.crc32(subject.encode()) % (jitter * 1000) if jitter else 0
        self._jitter = timedelta(milliseconds=spread) / scale.speed
        self._instant: datetime | None = None
        self._running: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """What the calendar shows now."""
        return self._scale.calendar(workflow.now())

    def due(self, instant: datetime) -> datetime:
        """When this subject's timer for a calendar instant fires, on the clock."""
        return self._scale.clock(instant) + self._jitter

    async def sleep_until(self, instant: datetime | None, woken: Callable[[], bool], name: str = "") -> bool:
        """Wait until woken (True) or until the calendar instant has passed (False); None waits for ever.

        Who is woken at the very instant that passes is woken. A timer whose instant is still the next
        one after a wake-up goes on running.
        """
        if woken():
            return True
        if instant is None:
            self._stop()
            await workflow.wait_condition(woken)
            return True
        left = self.due(instant) - workflow.now()
        if left <= timedelta():
            return False
        timer = self._run_until(instant, left, name)
        await workflow.wait_condition(lambda: woken() or timer.done())
        return woken()

    def _run_until(self, instant: datetime, left: timedelta, name: str) -> asyncio.Task[None]:
        if self._running is None or self._running.done() or self._instant != instant:
            self._stop()
            self._instant = instant
            self._running = asyncio.create_task(workflow.sleep(left, summary=name or None))
        return self._running

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None
