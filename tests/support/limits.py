"""The time limit of a test: a test that hangs fails with all stacks, and the other tests go on."""

import asyncio
import faulthandler
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO

import pytest

LIMIT = 120.0
"""Seconds that each of setup, test and teardown has. A module whose shared fixture plays a whole month marks
itself with ``setup_limit(seconds)``."""
AGAIN = 10.0
"""Seconds after which a test that has not ended is interrupted again."""
MOST = 3
"""How often a test is interrupted before its process is ended."""
WATCH = 600.0
"""Seconds after which an interpreter that hangs is ended."""
RUNNER = re.compile(r"/(_?pytest|pluggy|xdist|execnet)/")
"""Files that are left out of the stacks."""
_stderr: TextIO = sys.__stderr__ or sys.stderr
_watched_since = -WATCH
Phase = Generator[None, object, object]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Phase:
    """Limit the setup."""
    _watch_interpreter()
    marker = item.get_closest_marker("setup_limit")
    with _limited(marker.args[0] if marker else LIMIT):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call() -> Phase:
    """Limit the test itself."""
    with _limited(LIMIT):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Phase:
    """Limit the teardown, also that of a test that has failed."""
    with _limited(LIMIT):
        return (yield)


def pytest_configure() -> None:
    """Keep the error output of the process, before pytest captures that of the tests."""
    global _stderr  # noqa: PLW0603 - a hook has nobody to give it to
    _stderr = os.fdopen(os.dup(2), "w")


def _watch_interpreter() -> None:
    """End the process with all stacks when its interpreter hangs and takes no signal.

    The ``faulthandler_timeout`` of pytest starts a thread for every test, which takes longer than most tests.
    """
    global _watched_since  # noqa: PLW0603 - there is one interpreter
    if time.monotonic() - _watched_since > WATCH / 10:
        faulthandler.dump_traceback_later(WATCH, exit=True, file=_stderr)
        _watched_since = time.monotonic()


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    interruptions = 0

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal interruptions
        interruptions += 1
        print(stacks(), file=sys.stderr)
        if interruptions > MOST:
            print(stacks(), file=_stderr, flush=True)
            os._exit(1)
        raise pytest.fail.Exception(f"has not ended within {seconds:.0f} s; all stacks are on stderr")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def stacks() -> str:
    """What every thread is doing, and where every task of the running event loop waits."""
    lines = []
    for thread, frame in sys._current_frames().items():
        ours = [line for line in traceback.extract_stack(frame) if not RUNNER.search(line.filename)]
        lines += [f"Thread {thread}:\n", *traceback.format_list(ours)]
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        tasks = set()
    for task in tasks:
        lines += [f"{task!r}:\n", *traceback.format_list(_waits(task))]
    return "".join(lines)


def _waits(task: asyncio.Task[Any]) -> traceback.StackSummary:
    """The awaiting coroutines of a task, outermost first."""
    frames = []
    awaited: Any = task.get_coro()
    while awaited is not None:
        kind = next((kind for kind in ("cr", "gi", "ag") if hasattr(awaited, f"{kind}_frame")), None)
        if kind is None:
            break
        if frame := getattr(awaited, f"{kind}_frame"):
            frames.append((frame, frame.f_lineno))
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
    return traceback.StackSummary.extract(iter(frames))
