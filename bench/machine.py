"""What processes have used: CPU time and memory, read from /proc, a process with all its descendants."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from monthline.demo.stack import Stack

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields after the command's name; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _tree(root: int) -> set[int]:
    """The process and all its descendants."""
    pids = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    parents = {pid: int(stat[1]) for pid in pids if (stat := _stat(pid))}
    found, news = set[int](), {root}
    while news:
        found |= news
        news = {pid for pid, parent in parents.items() if parent in news} - found
    return found


def cpu_ms(root: int) -> float:
    """CPU milliseconds of a process, its descendants and those it has buried."""
    ticks = sum(sum(int(field) for field in stat[11:15]) for pid in _tree(root) if (stat := _stat(pid)))
    return ticks * TICK_MS


def memory_bytes(root: int) -> int:
    """Bytes of a process and its descendants, what they share counted once."""
    return sum(_proportional(pid) for pid in _tree(root))


def _proportional(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def processes(stack: Stack) -> dict[str, int]:
    """The process ids of everything that runs, by name; those of the servers too."""
    own = {name: pid for name in stack.supervisor.names if (pid := stack.supervisor.pid(name)) is not None}
    servers = (stack.servers.postgres, stack.servers.nats, stack.servers.temporal)
    return own | {server.name: server.pid for server in servers if server.pid is not None}


def cpu_of(pids: Mapping[str, int]) -> dict[str, float]:
    """CPU milliseconds so far, by name."""
    return {name: cpu_ms(pid) for name, pid in pids.items()}


def memory_of(pids: Mapping[str, int]) -> dict[str, int]:
    """Bytes now, by name."""
    return {name: memory_bytes(pid) for name, pid in pids.items()}


def spent(before: Mapping[str, float], after: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """What each has spent meanwhile, the biggest first; who is new or gone is left out."""
    used = {name: after[name] - before[name] for name in names if name in before and name in after}
    return dict(sorted(used.items(), key=lambda item: -item[1]))
