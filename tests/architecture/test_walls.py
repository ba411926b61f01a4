"""The import walls stand, and the checker that guards them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]


def lint(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*LINT, "--no-cache", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_wall_stands() -> None:
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout


def test_a_service_that_imports_another_is_caught(tmp_path: Path) -> None:
    for name in ("shared", "workflows", "monthline"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    offender = tmp_path / "services" / "notify" / "domain" / "labels.py"
    offender.write_text("from services.plans.domain import lint  # noqa\n" + offender.read_text())
    checked = lint(tmp_path)
    assert checked.returncode != 0
    assert "services and workflows do not know each other BROKEN" in checked.stdout
