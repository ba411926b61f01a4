"""A test that hangs fails with the stacks of what hangs, and the others go on."""

import os
from pathlib import Path

import pytest

pytest_plugins = "pytester"

CONFTEST = """
from tests.support import limits
from tests.support.limits import pytest_runtest_call, pytest_runtest_setup, pytest_runtest_teardown

limits.LIMIT = limits.AGAIN = 1
"""
TESTS = """
import asyncio
import threading

import pytest


async def forever():
    await asyncio.Event().wait()


def test_task():
    asyncio.run(forever())


def test_thread():
    threading.Event().wait()


@pytest.fixture
def left():
    yield
    threading.Event().wait()


def test_fails_and_its_teardown_hangs(left):
    assert False


def test_passes():
    pass
"""


@pytest.fixture
def result(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.RunResult:
    root = str(Path(__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", timeout=60)


def test_a_test_that_hangs_fails_and_the_next_one_runs(result: pytest.RunResult) -> None:
    result.assert_outcomes(failed=3, errors=1, passed=1)
    result.stdout.fnmatch_lines(["*has not ended within*"])
    result.stdout.re_match_lines_random([r".*line \d+, in forever", r".*line \d+, in test_thread"])
