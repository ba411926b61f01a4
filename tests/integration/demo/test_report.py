"""What the demo prints: the plans, the escalations, the links, the verdict."""

from datetime import timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from monthline.demo.checks import verdict as verdicts
from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.checks.verdict import verdict
from monthline.demo.display import Steps
from monthline.demo.report import Report
from monthline.demo.scene import Clock, Mishap
from monthline.demo.transport import Unanswered
from shared.contracts.calendar import TimeScale
from shared.contracts.words import Language, Milestone, Move, Rung, Stage
from tests.integration.demo import played
from tests.integration.demo.office import told
from tests.integration.demo.played import HR, LEADER, NOON, STRAIGHT, plan, score


def paper() -> Console:
    return Console(file=StringIO(), width=300, markup=False, highlight=False, emoji=False)


def text(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def printed(language: Language, *mishaps: Mishap) -> str:
    steps = tuple((move, HR if actor == LEADER else actor, stage) for move, actor, stage in STRAIGHT)
    one = plan(
        (*steps[:2], (Move.RETURN, HR, Stage.DRAFTING), *steps[1:]),
        rungs=(
            played.rung(Rung.HALF_TIME, Milestone.HR_REVIEW_DUE, HR),
            played.rung(Rung.LEADERSHIP, Milestone.HR_REVIEW_DUE, LEADER),
            played.rung(Rung.DUE, Milestone.PROGRESS_DUE, "p002"),
            played.rung(Rung.DUE, Milestone.PROGRESS_DUE, "p002"),
            played.rung(Rung.SUPERIOR, Milestone.DRAFT_DUE),
        ),
        scored=score("62"),
        on_behalf_of={HR: LEADER},
    )
    clock = Clock(
        TimeScale(clock_start=NOON, calendar_start=NOON + timedelta(days=7)), ZoneInfo("Asia/Shanghai")
    )
    console = paper()
    outcome = played.outcome(told(""), one)
    Report(console, language, outcome, clock).print(mishaps, {"plans": "http://127.0.0.1:8102/docs"})
    return text(console)


def test_a_plan_is_one_line_with_path_deciders_rungs_and_score() -> None:
    line = next(row for row in printed(Language.EN).splitlines() if row.startswith("Xu Jiacheng"))
    assert "draft → HR → draft → HR → leader → … → final" in line
    assert "HR ✗ Song Jia (for Chen Zhiyuan)" in line
    assert "HR ½ leadership; weekly due×2" in line
    assert "62.00" in line


def test_what_reached_leadership_is_dated_by_the_calendar() -> None:
    row = next(row for row in printed(Language.EN).splitlines() if row.startswith("2026-03-09"))
    assert "12:00" in row
    assert "the HR review" in row
    assert "Chen Zhiyuan" in row


def test_the_report_speaks_chinese() -> None:
    report = printed(Language.ZH)
    assert "编制 → 初审 → 编制 → 初审 → 审批 → … → 定稿" in report
    assert "宋佳（代 陈志远）" in report
    assert "上报到公司领导的事项" in report


def test_links_and_mishaps_are_shown() -> None:
    report = printed(Language.EN, Mishap(person="p002", what="was too late"))
    assert "http://127.0.0.1:8102/docs" in report
    assert "was too late" in report


async def kept(evidence: Evidence) -> list[str]:
    return []


async def broken(evidence: Evidence) -> list[str]:
    return [f"line {n}" for n in range(10)]


async def silent(evidence: Evidence) -> list[str]:
    raise Unanswered("plans: no answer")


async def test_the_verdict_names_what_failed_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    three = (Check("first", kept), Check("second", broken), Check("third", silent))
    monkeypatch.setattr(verdicts, "CHECKS", three)
    console = paper()
    failed = await verdict(played.evidence(told("")), Steps(console, Language.EN))
    lines = text(console).splitlines()
    assert failed == 2
    assert lines[0] == "✓ first"
    assert lines[1:3] == ["✗ second", "    line 0"]
    assert "    plans: no answer" in lines
    assert lines[-1] == "1 passed, 2 failed"
