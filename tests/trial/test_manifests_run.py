"""The sample company's month on the production manifests' own commands, over TLS, with NATS permissions."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.checks.verdict import CHECKS, look
from monthline.demo.display import Steps
from monthline.demo.run import bill_for, played_month
from monthline.demo.stack import Stack
from monthline.demo.state import DataFolder
from shared.contracts.words import Language
from tests.support.restoring import Backup, back_up, restored
from tests.support.trial_stack import Trial, operate

pytestmark = [pytest.mark.slow, pytest.mark.setup_limit(300)]
STRETCH = 1.5
AUDIT = ("audit", "check", "--patience", "60")
"""Twelve processes and TLS in Python in front of two servers take their share of the machine."""


@dataclass(frozen=True)
class Outcome:
    """What the trial left: what was wrong with the month, what was restarted, what the processes said."""

    trial: Trial
    wrong: Mapping[str, Sequence[str]]
    restarts: Mapping[str, int]
    said: Mapping[str, str]
    audited: str
    restored: str


@pytest.fixture(scope="module")
async def outcome() -> AsyncIterator[Outcome]:
    # Not one of pytest's: PostgreSQL may run as another user, and another run of pytest would lock it out.
    with tempfile.TemporaryDirectory(prefix="monthline-", ignore_cleanup_errors=True) as place:
        async with _tried(Path(place)) as tried:
            yield tried


@asynccontextmanager
async def _tried(place: Path) -> AsyncIterator[Outcome]:
    folder = DataFolder(place / "trial")
    steps = Steps(Console(file=StringIO(), width=300), Language.EN)
    bill = bill_for(folder, None, steps)
    assert bill.company is not None
    trial = Trial(place / "cluster")

    async def roll(stack: Stack) -> None:
        """Restart every process once, one after the other, as a roll-out does."""
        for name in stack.supervisor.names:
            stack.supervisor.kill(name, signal.SIGTERM)
            await _came_back(stack, name)

    async with played_month(
        folder, bill, steps, fixed_ports=False, meanwhile=roll, stretch=STRETCH, raised=trial.raised
    ) as played:
        evidence = Evidence(played, bill.company)
        wrong = {check.name: await look(check, evidence) for check in CHECKS}
        supervisor = played.stack.supervisor
        restarts = {name: supervisor.restarts(name) for name in supervisor.names}
        said = {name: supervisor.log(name).read_text(encoding="utf-8") for name in supervisor.names}
        assert trial.operator is not None
        audited = await asyncio.to_thread(operate, trial.operator.env, *AUDIT)
        (place / "backup").mkdir()
        backup = await asyncio.to_thread(back_up, played.stack.servers, place / "backup")
    restored = await asyncio.to_thread(_restored, backup, trial.operator.env, place / "restored")
    yield Outcome(trial, wrong, restarts, said, audited, restored)


def _restored(backup: Backup, environment: Mapping[str, str], folder: Path) -> str:
    """What the audit says of the backup in servers that were empty."""
    with restored(backup, environment, folder) as operator:
        operate(operator, "migrate", "--no-schedule")
        return operate(operator, *AUDIT)


async def _came_back(stack: Stack, name: str) -> None:
    before = stack.supervisor.restarts(name)
    while stack.supervisor.restarts(name) == before:
        await asyncio.sleep(0.1)
    await stack.supervisor.wait_ready(name, 120)


async def test_the_migration_made_everything_ready(outcome: Outcome) -> None:
    assert "stream PLAN_EVENTS created" in outcome.trial.migrated
    assert "durable consumers are as this version wants them" in outcome.trial.migrated


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_the_month_is_whole_after_a_roll_out(outcome: Outcome, check: Check) -> None:
    assert outcome.wrong[check.name] == []


async def test_every_process_was_restarted_once_and_stopped_in_order(outcome: Outcome) -> None:
    assert len(outcome.restarts) == 12
    assert set(outcome.restarts.values()) == {1}
    unordered = [name for name, said in outcome.said.items() if '"process.stopped"' not in said]
    assert unordered == ["codec"], "which is uvicorn alone, and says it in uvicorn's words"


async def test_the_audit_finds_every_promise_kept(outcome: Outcome) -> None:
    assert "I1" in outcome.audited


async def test_a_backup_restored_into_empty_servers_passes_the_audit(outcome: Outcome) -> None:
    assert "I1" in outcome.restored


async def test_nobody_was_denied_anything_on_nats(outcome: Outcome) -> None:
    assert [name for name, said in outcome.said.items() if "nats.denied" in said] == []


async def test_no_password_is_in_a_log(outcome: Outcome) -> None:
    passwords = {
        value.partition("//")[2].partition("@")[0].partition(":")[2]
        for given in outcome.trial.environments.values()
        for name, value in given.items()
        if name.endswith(("DATABASE_URL", "NATS_URL"))
    }
    assert len(passwords) >= 11
    leaks = [name for name, said in outcome.said.items() if any(password in said for password in passwords)]
    assert leaks == []


async def test_the_servers_were_reached_over_tls_alone(outcome: Outcome) -> None:
    fronts = outcome.trial.fronts
    assert fronts["postgres"].refused == 0
    assert fronts["postgres"].carried >= 10
    assert fronts["temporal"].carried >= 10
