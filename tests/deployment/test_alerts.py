"""Dashboard, alerts and runbook speak of figures that exist, and of each other."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monthline.registry import MODULES, QUEUES, SERVICES
from shared.base.settings import Settings
from shared.health.gauges import SHOWN
from shared.telemetry import metrics

ROOT = Path(__file__).parents[2]
FIGURE = re.compile(r"\b(?:monthline|temporal)_[a-z_]+")
RUNBOOKS = ("docs/runbook.md", "docs/runbook.zh-CN.md")
PARTS = {
    "docs/runbook.md": ("Meaning", "Look first", "Fix"),
    "docs/runbook.zh-CN.md": ("含义", "先看", "处理"),
}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((ROOT / "deploy/grafana/monthline.json").read_text())["panels"]
    return found


def expressions() -> dict[str, str]:
    shown = {
        f"panel {panel['title']} {target['refId']}": target["expr"]
        for panel in panels()
        for target in panel.get("targets", ())
    }
    return shown | {rule["alert"]: rule["expr"] for rule in rules()}


def known() -> set[str]:
    """Every name under which one of our figures can be asked for."""
    names: set[str] = set()
    for family in metrics.REGISTRY.collect():
        endings = {
            "counter": ("_total",),
            "histogram": ("_bucket", "_count", "_sum"),
            "gauge": ("",),
        }[family.type]
        names |= {family.name + ending for ending in endings}
    return names


@pytest.mark.parametrize("place", expressions())
def test_every_figure_asked_for_exists(place: str) -> None:
    asked = set(FIGURE.findall(expressions()[place]))
    assert asked or "up{" in expressions()[place]
    ours = {name for name in asked if name.startswith("monthline_")}
    assert ours <= known()
    assert all(name.startswith(SHOWN) for name in asked - ours)


@pytest.mark.parametrize("place", expressions())
def test_every_expression_is_balanced_and_names_labels_that_exist(place: str) -> None:
    expression = expressions()[place]
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)
    assert expression.count('"') % 2 == 0
    grouped = {
        label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(",")
    }
    ours = {label for family in _families(expression) for label in family}
    assert grouped <= ours | {"job", "le", "task_queue", "worker_type", "poller_type"}


def _families(expression: str) -> list[tuple[str, ...]]:
    collectors = metrics.REGISTRY._names_to_collectors
    return [
        tuple(getattr(collectors[name], "_labelnames", ()))
        for name in FIGURE.findall(expression)
        if name in collectors
    ]


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_every_alert_has_its_entry_and_every_entry_its_alert(runbook: str) -> None:
    text = (ROOT / runbook).read_text()
    headings = re.findall(r"^## (\w+)$", text, re.MULTILINE)
    assert headings == [rule["alert"] for rule in rules()]
    for entry in text.split("\n## ")[1:]:
        assert [part in entry for part in PARTS[runbook]] == [True, True, True]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert all(label in rule["expr"] for label in shown)
    assert re.fullmatch(r"\d+[smh]", rule["for"])


def of(alert: str) -> str:
    found: str = next(rule["expr"] for rule in rules() if rule["alert"] == alert)
    return found


def test_a_role_of_which_no_process_is_left_is_told_of() -> None:
    absent = set(re.findall(r'absent\(up\{job="monthline-([a-z]+)"\}\)', of("MonthlineRoleMissing")))
    assert absent == set(MODULES)


def test_a_worker_half_of_which_no_process_is_left_is_told_of() -> None:
    asked = re.findall(
        r'absent\(\w+_timestamp_seconds\{work="forget", job=~"monthline-([a-z]+)\(-worker\)\?"\}\)'
        r', "job", "monthline-([a-z]+)-worker"',
        of("MonthlineRoleMissing"),
    )
    assert asked == [(name, name) for name in SERVICES]


def test_a_task_queue_whose_figures_are_gone_has_no_pollers_either() -> None:
    expression = of("MonthlineNoPollers")
    assert set(re.findall(r'absent\(temporal_num_pollers\{task_queue="(\w+)"\}\)', expression)) == set(QUEUES)


def test_one_service_s_reconciler_does_not_speak_for_another_s() -> None:
    assert "max by (job, work)" in of("MonthlineReconcilerSilent")


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_the_settings_that_a_runbook_names_exist(runbook: str) -> None:
    named = set(re.findall(r"\b[A-Z]{3,}_[A-Z_]+\b", (ROOT / runbook).read_text()))
    named -= {"PLAN_EVENTS"}
    assert named <= {field.upper() for field in Settings.model_fields}


def test_panels_do_not_lie_upon_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
