"""Endless works: ended for certain, although a library may swallow the cancellation it is in the way of."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

AGAIN = 0.5


async def end(tasks: Iterable[asyncio.Task[None]], *, again: float = AGAIN) -> None:
    """Cancel the tasks, and every ``again`` seconds once more, until they have ended.

    A library may swallow a cancellation that comes in the instant of its answer, as ``asyncio.wait_for``
    does before Python 3.12, or turn it into an error of its own, as the NATS client does once it is closed.
    Who is cancelled here meanwhile is so when they have ended.
    """
    left = set(tasks)
    cancelled = False
    while left:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=again)
        except asyncio.CancelledError:
            cancelled = True
        left = {task for task in left if not task.done()}
    if cancelled:
        raise asyncio.CancelledError


@asynccontextmanager
async def within(seconds: float, *, again: float = AGAIN) -> AsyncIterator[None]:
    """Limit the time of a block, also of one that swallows a cancellation; see :func:`end`.

    ``asyncio.timeout`` cancels once, and ``asyncio.wait_for`` then waits without a limit. This cancels every
    ``again`` seconds until the block ends.

    Raises:
        TimeoutError: the block was cancelled because its time was over.
    """
    task = asyncio.current_task()
    assert task is not None
    expiry = _Expiry(task, again)
    expiry.after(seconds)
    try:
        yield
    except asyncio.CancelledError as error:
        if expiry.alone():
            raise TimeoutError from error
        raise
    finally:
        expiry.revoke()


class _Expiry:
    """Cancels a task again and again, and takes its cancellations back in the end."""

    def __init__(self, task: asyncio.Task[Any], again: float) -> None:
        self._task = task
        self._again = again
        self._before = task.cancelling()
        self._times = 0

    def after(self, seconds: float) -> None:
        self._next = self._task.get_loop().call_later(seconds, self._expire)

    def alone(self) -> bool:
        """Whether this is the only one that has cancelled the task."""
        return 0 < self._times == self._task.cancelling() - self._before

    def revoke(self) -> None:
        self._next.cancel()
        for _ in range(self._times):
            self._task.uncancel()

    def _expire(self) -> None:
        self._times += 1
        self._task.cancel()
        self.after(self._again)


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Do a last work to its end, which it must have, however often its caller is cancelled meanwhile."""
    task = asyncio.create_task(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError


def obey() -> None:
    """Raise CancelledError where the running task was cancelled and did not hear of it; see :func:`end`.

    For endless works, once a round: whoever cancels them once and waits, as a TaskGroup or the end of an
    event loop does, would wait for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
