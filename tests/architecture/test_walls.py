"""The import walls stand, and every one of them can fail."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
PACKAGES = ("monthline", "services", "shared", "workflows")
STANDING = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

BREACHES = {
    "shared imports none of ours": [("shared.base.log", "workflows.moves")],
    "shared is built in floors": [
        ("shared.base.log", "shared.web.http"),
        ("shared.engine.codec", "shared.bus.jetstream"),
        ("shared.store.db", "shared.bus.relay"),
        ("shared.telemetry.metrics", "shared.ladder.recipients"),
    ],
    "nothing imports the command line": [("workflows.moves", "monthline.orphans")],
    "services and workflows do not know each other": [
        ("services.notify.domain.schedule", "services.plans.domain.lint")
    ],
    "contracts are words and promises, no plumbing": [
        ("shared.contracts.values", "shared.base.log"),
        ("shared.contracts.zones", "sqlalchemy"),
    ],
    "a story stands on parts that know no subject": [
        ("workflows.entity.ladder", "workflows.stages"),
        ("workflows.stages.review", "workflows.plan_lifecycle"),
    ],
    "the parts of entity workflows know no subject": [
        ("workflows.entity.command_queue", "shared.contracts.plans"),
        ("workflows.owners", "shared.contracts.lifecycle"),
    ],
    "a service is built in layers": [
        ("services.plans.store.scores", "services.plans.reactions"),
        ("services.review.domain.fields", "services.review.store.tables"),
        ("services.scoring.api.views", "services.scoring.__main__"),
    ],
    "rules know rules and words alone": [
        ("services.notify.domain.schedule", "services.notify.mail"),
        ("services.plans.domain.numbers", "shared.web.tokens"),
    ],
    "rules are pure": [
        ("services.plans.domain.shares", "asyncio"),
        ("services.scoring.domain.measure", "httpx2"),
        ("workflows.deadlines", "sqlalchemy"),
    ],
    "SQL is in stores": [
        ("services.notify.delivery", "sqlalchemy"),
        ("services.plans.reconcile", "sqlalchemy"),
        ("services.plans.activities.transaction_steps", "psycopg"),
        ("shared.web.http", "sqlalchemy"),
        ("workflows.search", "sqlalchemy"),
    ],
    "HTTP is in APIs": [
        ("services.notify.webhooks", "starlette"),
        ("services.review.store.tables", "fastapi"),
        ("shared.bus.jetstream", "fastapi"),
        ("workflows.entity.timers", "fastapi"),
    ],
    "NATS is in the bus": [("services.notify.reactions", "nats"), ("shared.web.tokens", "nats")],
    "only __main__ reads settings": [
        ("services.notify.mail", "shared.base.settings"),
        ("services.plans.api.rights", "shared.base.settings"),
        ("shared.store.outbox", "pydantic_settings"),
        ("workflows.stages.review", "shared.base.settings"),
    ],
}
"""Per wall, what must not be: which module imports what."""


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_every_wall_stands() -> None:
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.fixture(scope="module")
def breached(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the checker says of a tree in which every wall is breached in every way listed."""
    folder = tmp_path_factory.mktemp("breached")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for importer, imported in (breach for breaches in BREACHES.values() for breach in breaches):
        path = folder / Path(*importer.split("."))
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        file.write_text(f"{file.read_text()}\nimport {imported}\n")
    checked = lint(folder)
    assert checked.returncode != 0
    return checked.stdout


def test_every_wall_has_its_breach() -> None:
    assert set(BREACHES) == {wall["name"] for wall in STANDING}


@pytest.mark.parametrize(
    ("wall", "importer", "imported"),
    [(wall, *breach) for wall, breaches in BREACHES.items() for breach in breaches],
)
def test_a_breach_is_caught(breached: str, wall: str, importer: str, imported: str) -> None:
    assert f"{wall} BROKEN" in breached
    found = re.split(rf"\n{re.escape(wall)}\n-+\n", breached.split("Broken contracts")[1])[1]
    others = "|".join(re.escape(other) for other in BREACHES)
    found = re.split(rf"\n(?:{others})\n-+\n", found)[0]
    assert f"{importer} -> {imported} " in " ".join(found.split())
