"""Owns how a process on this machine is recognised, ended, and never left behind by a dead parent.

The file also runs as a program of its own (see `monthline.orphans`), outside any virtual environment: it must
import the standard library only.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ORPHAN_GRACE = 10.0
_POLL_SECONDS = 0.02
_DEAD_STATES = frozenset("ZXx")


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process id with the start of its process in clock ticks since boot: a reused id is not mistaken."""

    pid: int
    started: int

    @property
    def running(self) -> bool:
        return identify(self.pid) == self


@dataclass(frozen=True, slots=True)
class RequestLog:
    """A process, the leader of its own group, with the signal that asks it to stop."""

    process: ProcessId
    stop_signal: signal.Signals = signal.SIGTERM


def identify(pid: int) -> ProcessId | None:
    """The running process with this id; None when there is none, or only the unburied entry of a dead one."""
    try:
        # The command name is in brackets and may itself contain spaces and brackets.
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return None
    return None if fields[0] in _DEAD_STATES else ProcessId(pid, int(fields[19]))


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return []


def output_tail(log: Path, start: int, lines: int) -> str:
    """The last lines a process wrote to its log since the byte `start`, indented for a message."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            written = file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        written = []
    return "".join(f"\n  | {line}" for line in written) or " (empty)"


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signals the group led by `pid`; a group that is gone already is what the caller wanted."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def end_all(watched: Iterable[RequestLog], grace: float) -> None:
    """Asks every process to stop, and kills the groups of those still running after `grace` seconds."""
    asked = [each for each in watched if each.process.running]
    for each in asked:
        signal_group(each.process.pid, each.stop_signal)
    deadline = time.monotonic() + grace
    while any(each.process.running for each in asked) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    left = [each for each in asked if each.process.running]
    for each in left:
        signal_group(each.process.pid, signal.SIGKILL)
    while any(each.process.running for each in left) and time.monotonic() < deadline + 5:
        time.sleep(_POLL_SECONDS)


def _followed(lines: Iterable[str]) -> Iterator[RequestLog]:
    """Who is left when the lines end; a line is `+` or `-`, a process id, its start and a signal number."""
    watched: dict[int, RequestLog] = {}
    for line in lines:
        mark, pid, started, number = line.split()
        watched.pop(int(pid), None)
        if mark == "+":
            watched[int(pid)] = RequestLog(ProcessId(int(pid), int(started)), signal.Signals(int(number)))
    yield from watched.values()


def main() -> None:
    """Reads who is to be watched until the writer closes the pipe or dies; then ends all who are left."""
    end_all(_followed(sys.stdin), ORPHAN_GRACE)


if __name__ == "__main__":
    main()
