"""Endless works: ended for certain, although a library may swallow the cancellation it is in the way of."""

import asyncio
from collections.abc import Iterable

AGAIN = 15.0
"""Seconds that a task which was cancelled is given to end well, as a sender needs them for its mails."""


async def end(tasks: Iterable[asyncio.Task[None]], *, again: float = AGAIN) -> None:
    """Cancel the tasks, and after ``again`` seconds once more, until they have ended.

    A library may swallow a cancellation that comes in the instant of its answer, as ``asyncio.wait_for``
    does before Python 3.12, or turn it into an error of its own, as the NATS client does once it is closed.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again)


def obey() -> None:
    """Raise CancelledError where the running task was cancelled and did not hear of it; see :func:`end`.

    For endless works, once a round: whoever cancels them once and waits, as a TaskGroup or the end of an
    event loop does, would wait for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
