"""All steps of ``make test`` run, and its last line says what failed."""

import sys
from pathlib import Path

import pytest

from tests.support.steps import Step, run

REPORT = """<testsuites><testsuite>
<testcase file="tests/a.py" name="test_one"/>
<testcase file="tests/a.py" name="test_two"><failure message="no"/></testcase>
<testcase file="tests/a.py" name="test_three"><skipped/></testcase>
</testsuite></testsuites>"""


def step(name: str, program: str, report: Path | None = None) -> Step:
    return Step(name, (sys.executable, "-c", program), report)


def test_a_step_runs_after_one_that_failed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([step("lint", "exit(2)"), step("e2e", "print('the whole stack')")]) == 1
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "the whole stack"
    assert lines[-1].startswith("1 error in ")
    assert lines[-1].endswith("s: lint")


def test_nothing_is_named_where_nothing_failed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([step("lint", "pass")]) == 0
    assert capfd.readouterr().out.startswith("no tests ran in ")


def test_the_last_line_counts_and_names_tests(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.xml"
    program = f"import pathlib; pathlib.Path({str(report)!r}).write_text({REPORT!r}); exit(1)"
    assert run([step("tests", program, report), step("e2e", "pass")]) == 1
    last = capfd.readouterr().out.splitlines()[-1]
    assert last.startswith("1 failed, 1 passed, 1 skipped in ")
    assert last.endswith("s: tests/a.py::test_two")


def test_the_report_of_an_earlier_run_is_not_taken(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert run([step("tests", "exit(3)", report)]) == 1
    assert capfd.readouterr().out.splitlines()[-1].endswith("s: tests")


def test_a_silent_step_is_said_to_run(capfd: pytest.CaptureFixture[str]) -> None:
    run([step("mypy", "import time; print('begun', end='', flush=True); time.sleep(1)")], silence=0.3)
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "begun"
    assert lines[1].startswith("… mypy: ")
