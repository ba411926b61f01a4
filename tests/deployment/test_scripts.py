"""The operator's scripts: passwords are for their owner alone; commands arrive as they were typed."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOLD = {"POSTGRES": "postgres:5432/monthline", "OWNER": "owner:pw", "NATS": "nats:4222"}
SCRIPTS = {".env": "deploy/compose/env.sh", "secrets.yaml": "deploy/k8s/secrets.sh"}


def run(script: str, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The script as an operator with the usual umask runs it."""
    return subprocess.run(
        ["sh", "-c", 'umask 022; exec sh "$@"', "sh", str(ROOT / script), *words],
        cwd=folder,
        env={"PATH": os.defpath, **TOLD},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("file", SCRIPTS)
def test_what_a_script_writes_only_its_owner_can_read(tmp_path: Path, file: str) -> None:
    ran = run(SCRIPTS[file], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == [file]
    assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
    assert "PASSWORD" in (tmp_path / file).read_text()
    assert ran.stdout == ""


@pytest.mark.parametrize("script", SCRIPTS.values())
def test_a_file_that_is_there_is_kept(tmp_path: Path, script: str) -> None:
    (tmp_path / "mine").write_text("passwords in use")
    ran = run(script, tmp_path, "mine")
    assert ran.returncode == 1
    assert "mine is there already" in ran.stderr
    assert (tmp_path / "mine").read_text() == "passwords in use"


@pytest.mark.parametrize("file", SCRIPTS)
def test_what_is_written_never_gets_into_the_repository_or_the_image(file: str) -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", file], cwd=ROOT, check=False)
    assert ignored.returncode == 0
    assert (ROOT / ".dockerignore").read_text().splitlines().count("*") == 1


@pytest.mark.parametrize("file", SCRIPTS)
def test_a_script_that_prints_writes_no_file(tmp_path: Path, file: str) -> None:
    assert "PASSWORD" in run(SCRIPTS[file], tmp_path, "-").stdout
    assert list(tmp_path.iterdir()) == []


KUBECTL = """#!/bin/sh
# A cluster that has one CronJob: it keeps what is created, and its pod ends with 3.
case "$*" in
*--from=cronjob/operate*) printf '%s' "$JOB" ;;
*patch\\ --local*) exec "$REAL" "$@" ;;
*create\\ -f\\ -*) cat > created.json ;;
*logs*) echo "what it says" ;;
*get\\ pod*) printf 3 ;;
*) echo "not expected: $*" >&2; exit 9 ;;
esac
"""


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here to change the job with")
def test_a_command_is_run_in_the_cluster_as_it_was_typed(tmp_path: Path) -> None:
    real = shutil.which("kubectl") or ""
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text(KUBECTL)
    program.chmod(0o755)
    template = {"spec": {"containers": [{"name": "monthline", "image": "x", "args": ["doctor"]}]}}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "o"},
        "spec": {"template": template},
    }
    typed = ["dead-letters", "list", 'a "quoted" \\ word']
    ran = subprocess.run(
        ["sh", str(ROOT / "deploy/k8s/operate.sh"), *typed],
        cwd=tmp_path,
        env={"PATH": f"{program.parent}:{os.defpath}", "REAL": real, "JOB": json.dumps(job)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (3, "what it says\n"), ran.stderr
    created = json.loads((tmp_path / "created.json").read_text())
    assert created["spec"]["template"]["spec"]["containers"][0]["args"] == typed


def test_a_command_has_to_be_named(tmp_path: Path) -> None:
    ran = run("deploy/k8s/operate.sh", tmp_path)
    assert ran.returncode == 2
    assert "which command?" in ran.stderr
