"""The sample company's month on the whole stack: every promise of the demo, and a second start."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import pytest
from rich.console import Console

from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.checks.verdict import CHECKS, look
from monthline.demo.display import Steps
from monthline.demo.outcome import Outcome
from monthline.demo.run import bill_for, played_month
from monthline.demo.state import DataFolder
from shared.contracts.words import Language

pytestmark = [pytest.mark.slow, pytest.mark.setup_limit(300)]


@dataclass(frozen=True)
class Month:
    """A month that has been played; the stack it was played on is down again."""

    folder: DataFolder
    outcome: Outcome
    wrong: Mapping[str, Sequence[str]]


def quiet() -> Steps:
    return Steps(Console(file=StringIO(), width=300), Language.EN)


@pytest.fixture(scope="module")
async def month(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Month]:
    folder = DataFolder(tmp_path_factory.mktemp("month"))
    bill = bill_for(folder, None, quiet())
    assert bill.company is not None
    async with played_month(folder, bill, quiet(), fixed_ports=False) as played:
        evidence = Evidence(played, bill.company)
        wrong = {check.name: await look(check, evidence) for check in CHECKS}
    yield Month(folder, played.outcome, wrong)
    folder.erase()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_the_month_keeps_its_promise(month: Month, check: Check) -> None:
    assert list(month.wrong[check.name]) == []


async def test_the_golden_scores_are_among_the_months(month: Month) -> None:
    totals = {float(one.score.score.total) for one in month.outcome.plans.values() if one.score}
    assert {100.0, 91.0, 62.0} <= totals


async def test_a_second_start_shows_the_month_that_was_played(month: Month) -> None:
    bill = bill_for(month.folder, None, quiet())
    assert bill.company is None
    steps = quiet()
    async with played_month(month.folder, bill, steps, fixed_ports=False) as again:
        again.report(steps)
    assert again.outcome == month.outcome
