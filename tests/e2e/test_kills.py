"""The sample company's month while every process is killed in turn: nothing lost, nothing twice."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import pytest
from rich.console import Console

from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.checks.verdict import CHECKS, look
from monthline.demo.display import Steps
from monthline.demo.run import bill_for, played_month
from monthline.demo.stack import Stack
from monthline.demo.state import DataFolder
from monthline.registry import MODULES
from shared.contracts.words import Language

pytestmark = [pytest.mark.slow, pytest.mark.setup_limit(300)]
PAUSE = 8.0
STRETCH = 2.0
"""A restart takes as long as days of the played month; people must still find time for their parts."""


@dataclass(frozen=True)
class Killed:
    """How often each process was killed, and what was wrong with the month afterwards."""

    kills: Mapping[str, int]
    wrong: Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
async def killed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Killed]:
    folder = DataFolder(tmp_path_factory.mktemp("killed"))
    steps = Steps(Console(file=StringIO(), width=300), Language.EN)
    bill = bill_for(folder, None, steps)
    assert bill.company is not None
    kills = dict.fromkeys(MODULES, 0)

    async def kill_in_turn(stack: Stack) -> None:
        while True:
            for name in ("workflows", "plans", "review", "scoring", "notify", "directory"):
                await asyncio.sleep(PAUSE)
                stack.supervisor.kill(name, signal.SIGKILL)
                kills[name] += 1
                await stack.supervisor.wait_ready(name, 30)

    async with played_month(
        folder, bill, steps, fixed_ports=False, meanwhile=kill_in_turn, stretch=STRETCH
    ) as played:
        evidence = Evidence(played, bill.company)
        wrong = {check.name: await look(check, evidence) for check in CHECKS}
    yield Killed(kills, wrong)
    folder.erase()


async def test_every_process_was_killed(killed: Killed) -> None:
    assert all(killed.kills[name] for name in MODULES), killed.kills


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_the_month_keeps_its_promise_all_the_same(killed: Killed, check: Check) -> None:
    assert list(killed.wrong[check.name]) == []
