"""Steps that run one after the other, also after one has failed; the last line says what failed."""

import os
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

SILENCE = 4.0
"""Seconds without output after which a line says that the step is still running."""
NO_TESTS = 5
"""The exit code of pytest when the arguments select no test."""


@dataclass(frozen=True)
class Step:
    """A command; ``report`` is the JUnit file that it writes when it runs tests."""

    name: str
    command: Sequence[str]
    report: Path | None = None


@dataclass
class Result:
    """How many tests had which outcome, and the names of what failed."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def closing_line(self, seconds: float) -> str:
        """The outcome as pytest words it, and the names of what failed."""
        order = ("failed", "passed", "skipped", "error")
        counts = ", ".join(f"{self.counts[kind]} {kind}" for kind in order if self.counts[kind])
        names = ": " + ", ".join(self.failed) if self.failed else ""
        return f"{counts or 'no tests ran'} in {seconds:.2f}s{names}"


def run(steps: Sequence[Step], *, silence: float = SILENCE) -> int:
    """Run every step; 1 when one of them failed."""
    began, result = time.monotonic(), Result()
    for step in steps:
        if step.report is not None:
            step.report.unlink(missing_ok=True)
        code = _output_of(step, silence)
        _take(step, code, result)
    print(result.closing_line(time.monotonic() - began), flush=True)
    return 1 if result.failed else 0


def _output_of(step: Step, silence: float) -> int:
    """Pass the output of a step through; its exit code."""
    environment = os.environ | ({"FORCE_COLOR": "1"} if sys.stdout.isatty() else {})
    began, ended_line = time.monotonic(), True
    with subprocess.Popen(
        step.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as process:
        assert process.stdout is not None
        while True:
            ready, _, _ = select.select([process.stdout], [], [], silence)
            if not ready:
                begin = "" if ended_line else "\n"
                _write(f"{begin}… {step.name}: {time.monotonic() - began:.0f} s\n".encode())
                ended_line = True
                continue
            part = os.read(process.stdout.fileno(), 65536)
            if not part:
                break
            _write(part)
            ended_line = part.endswith(b"\n")
    return process.returncode


def _write(part: bytes) -> None:
    sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _take(step: Step, code: int, result: Result) -> None:
    """Add what a step reports; a failure that no test explains carries the name of the step."""
    failed = _read(step.report, result) if step.report is not None and step.report.exists() else []
    result.failed += failed
    if code not in (0, NO_TESTS) and not failed:
        result.counts["error"] += 1
        result.failed.append(step.name)


def _read(report: Path, result: Result) -> list[str]:
    failed = []
    for case in ElementTree.parse(report).iter("testcase"):
        found = {part.tag for part in case} & {"failure", "error", "skipped"}
        kind = next((kind for kind in ("failure", "error", "skipped") if kind in found), "passed")
        result.counts[{"failure": "failed"}.get(kind, kind)] += 1
        if found & {"failure", "error"}:
            failed.append(f"{case.get('file') or case.get('classname')}::{case.get('name')}")
    return list(dict.fromkeys(failed))
