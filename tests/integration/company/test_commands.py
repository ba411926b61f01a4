"""What the commands print and how they end."""

import inspect
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monthline.__main__ import app
from monthline.commands.import_ import cut_short, import_company, report
from monthline.company.loading import Loaded
from monthline.terminal import spoken
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from shared.contracts.ids import PlanRef
from shared.contracts.plan import Actual, ClosedPlan
from shared.contracts.words import Language
from tests.integration.company.build import GOOD, company, files, swapped
from tests.unit.services.plans.build import blocked_by

TEMPLATES = "templates.yaml"
LENIENT = {
    TEMPLATES: GOOD[TEMPLATES]
    + "    severities:\n"
    + "".join(
        f"      {code}: {severity}\n"
        for code, severity in blocked_by("share.total", "items.unknown_category", "measure.missing").items()
    )
}
"""The company with a template under which no other rule of the linter blocks a plan."""

PLAN = "plans/2026-03.p002.yaml"


LOADED = Loaded(
    departments=3, people=3, delegations=1, absences=1, templates=1, policies=2, metrics=1, metric_values=2
)


def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env=environment)


def written(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    for name, data in files({**LENIENT, **(changes or {})}).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return folder


def export() -> dict[str, Any]:
    plan = company().plans[0]
    closed = ClosedPlan(
        plan=PlanRef(company="acme", month="2026-03", person="p002", department="sales"),
        revision=1,
        content=plan.content,
        categories=company().templates[0].categories,
        actuals=(
            Actual(item="contracts", value=Decimal(10), source="x"),
            Actual(item="meetings", value=Decimal(4), source="y"),
        ),
    )
    score = score_plan(closed, ScoringPolicy())
    return {"score": score.model_dump(mode="json"), "policy": ScoringPolicy().model_dump(mode="json")}


def test_a_clean_plan_ends_with_0(tmp_path: Path) -> None:
    result = run("lint", written(tmp_path) / PLAN, "--language", "en")
    assert result.exit_code == 0
    assert "plans: 1, findings: " in result.stdout
    assert result.stdout.endswith(", cannot be submitted: 0\n")


def test_a_blocking_finding_is_shown_with_its_place_and_ends_with_1(tmp_path: Path) -> None:
    text = GOOD[PLAN].replace('{kind: metric, target: 15, unit: "%"}', "").replace("share: 30", "share: 29")
    result = run("lint", written(tmp_path, {PLAN: text}) / PLAN, "--language", "en")
    assert result.exit_code == 1
    assert "share.total" in result.stdout
    assert f"{PLAN}:3:1" in result.stdout
    assert f"{PLAN}:8:5" in result.stdout
    assert "measure.missing" in result.stdout
    assert "cannot be submitted: 1" in result.stdout


def test_a_warning_alone_ends_with_0(tmp_path: Path) -> None:
    text = GOOD[PLAN].replace("share: 70", "share: 65").replace("share: 30", "share: 35")
    result = run("lint", written(tmp_path, {PLAN: text}) / PLAN, "--language", "zh")
    assert result.exit_code == 0
    assert "提醒" in result.stdout
    assert "事务性工作占比 35%" in result.stdout


def test_square_brackets_in_a_title_are_printed_as_they_are(tmp_path: Path) -> None:
    text = (
        GOOD[PLAN]
        .replace("新客户签约额增长 15%", "'[red]签约'")
        .replace('{kind: metric, target: 15, unit: "%"}', "")
    )
    result = run("lint", written(tmp_path, {PLAN: text}) / PLAN)
    assert "[red]签约" in result.stdout


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        (
            PLAN,
            "share: 70",
            "share: -1",
            f"{PLAN}:7:5: items.0.share: this must not be less than 0 [request.invalid]",
        ),
        (
            PLAN,
            "person: p002",
            "person: p009",
            f"{PLAN}:1:1: person: there is no such person: p009 [reference.unknown]",
        ),
        (
            "people.csv",
            "xu@acme.example",
            "xu",
            "people.csv:3:email: this is not a mail address [request.invalid]",
        ),
    ],
)
def test_lint_names_a_wrong_file_by_line_and_column_and_ends_with_2(
    tmp_path: Path, name: str, old: str, new: str, line: str
) -> None:
    result = run("lint", written(tmp_path, swapped(name, old, new)) / PLAN, "--language", "en")
    assert result.exit_code == 2
    assert line in result.stderr.replace(f"{tmp_path}/", "")
    assert result.stdout == ""


def test_lint_of_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = run("lint", written(tmp_path) / "plans" / "none.yaml", "--language", "en")
    assert result.exit_code == 2
    assert "none.yaml: cannot be read" in result.stderr


def test_lint_leaves_an_unknown_category_to_the_linter(tmp_path: Path) -> None:
    plan = written(tmp_path, swapped(PLAN, "category: routine", "category: fun")) / PLAN
    result = run("lint", plan, "--language", "en")
    assert result.exit_code == 1
    assert "items.unknown_category" in result.stdout


def test_import_names_all_wrong_rows_and_asks_nobody(tmp_path: Path) -> None:
    changes = swapped("people.csv", "chen@acme.example", "chen") | swapped(PLAN, "share: 70", "share: -1")
    nobody = ("--directory-url", "-", "--plans-url", "-", "--scoring-url", "-", "--token", "t")
    result = run("import", written(tmp_path, changes), *nobody, "--language", "zh")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "people.csv:2:email: 不是有效的邮箱地址 [request.invalid]",
        f"{PLAN}:7:5: items.0.share: 不能小于 0 [request.invalid]",
        "共 2 处错误，未作任何更改。",
    ]


def test_import_looks_for_the_services_of_this_machine_when_no_address_is_given(tmp_path: Path) -> None:
    result = run("import", tmp_path / "none", "--token", "t")
    assert (result.exit_code, "file.missing" in result.stderr) == (2, True)
    parameters = inspect.signature(import_company).parameters
    assert [parameters[f"{name}_url"].default for name in ("directory", "plans", "scoring")] == [
        "http://127.0.0.1:8101",
        "http://127.0.0.1:8102",
        "http://127.0.0.1:8104",
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "entered before: departments 3, people 3, templates 1. Import again"),
        (Language.ZH, "此前已导入：部门 3，人员 3，模板 1。"),
    ],
)
def test_an_import_that_was_cut_short_says_what_had_been_entered(language: Language, said: str) -> None:
    assert said in cut_short(Loaded(departments=3, people=3, templates=1), language)
    assert cut_short(Loaded(), language) == ""


@pytest.mark.parametrize("loaded", [None, LOADED])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "plans: 1 checked, not entered, because a draft is written by its author alone"),
        (Language.ZH, "计划 1 份：已检查，未导入，因为草稿只能由作者本人填写"),
    ],
)
def test_import_says_that_it_enters_no_plans_and_why(
    loaded: Loaded | None, language: Language, said: str
) -> None:
    assert said in report(company(), loaded, language)[-1]


def test_import_of_a_folder_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    nobody = ("--directory-url", "-", "--plans-url", "-", "--scoring-url", "-", "--token", "t")
    result = run("import", tmp_path / "none", *nobody)
    assert result.exit_code == 2
    assert "file.missing" in result.stderr


def test_explain_prints_the_arithmetic_and_ends_with_0_when_the_export_holds(tmp_path: Path) -> None:
    file = tmp_path / "score.json"
    file.write_text(json.dumps(export()))
    result = run("explain", file, "--language", "en")
    assert result.exit_code == 0
    assert "76.67" in result.stdout
    assert "every figure is the same" in result.stdout


def test_explain_ends_with_1_when_one_last_decimal_was_changed(tmp_path: Path) -> None:
    document = export()
    line = document["score"]["lines"][0]
    line["points"] = line["points"][:-1] + ("8" if line["points"][-1] != "8" else "9")
    file = tmp_path / "score.json"
    file.write_text(json.dumps(document))
    result = run("explain", file, "--language", "en")
    assert result.exit_code == 1
    assert "lines[0].points" in result.stdout
    assert line["points"] in result.stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "score.json:1:2"),
        ("[]", "file.syntax"),
        ("{}", "score"),
        ('{"score": NaN}', "file.syntax"),
        ('{"score": {}, "policy": {}}', "score.plan"),
    ],
)
def test_explain_of_what_is_no_score_ends_with_2(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "score.json"
    file.write_text(text)
    result = run("explain", file)
    assert result.exit_code == 2
    assert code in result.stderr


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "en_US.UTF-8"}, Language.EN),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LC_MESSAGES": "zh_TW", "LANG": "C"}, Language.ZH),
        ({}, Language.EN),
    ],
)
def test_the_language_is_that_of_the_terminal(environment: dict[str, str], language: Language) -> None:
    assert spoken(None, environment) is language


def test_the_language_asked_for_goes_first() -> None:
    assert spoken(Language.ZH, {"LANG": "en_US"}) is Language.ZH


@pytest.mark.parametrize("name", ["lint", "explain", "import"])
def test_a_command_is_found_by_its_name(name: str) -> None:
    assert f"monthline {name}" in run(name, "--help").stdout.replace("root", "monthline")


def test_a_name_that_is_no_command_ends_with_2() -> None:
    result = run("nothing")
    assert result.exit_code == 2
    assert "No such command" in result.stderr
