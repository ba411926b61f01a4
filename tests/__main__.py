"""Everything that CI runs, as steps: ``python -m tests [arguments of pytest]``."""

import sys
from pathlib import Path

from tests.support.steps import Step, run

REPORTS = Path("build/tests")
PARALLEL = ("-n", "2", "--dist", "loadfile", "--max-worker-restart", "4")


def pytest_step(name: str, *arguments: str) -> Step:
    """A step that runs pytest and leaves its report."""
    report = REPORTS / f"{name}.xml"
    command = (sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", "junit_family=xunit1")
    return Step(name, (*command, *arguments), report)


def steps(arguments: list[str]) -> list[Step]:
    """The checks of the source, all tests but the longest, and those of the whole stack, one at a time."""
    return [
        Step("lint", ("make", "lint")),
        pytest_step("tests", *PARALLEL, "--ignore=tests/e2e", "--ignore=tests/trial", *arguments),
        pytest_step("e2e", "tests/e2e", *arguments),
    ]


if __name__ == "__main__":
    sys.exit(run(steps(sys.argv[1:])))
