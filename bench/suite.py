"""Which benchmarks there are, and how those that were asked for are run on one fresh stack."""

import tempfile
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import capacity, cost, events, latency, recovery, throughput, timers
from bench.findings import Finding
from bench.ground import Ground, standing
from monthline.demo.display import Steps
from shared.contracts.words import Language


@dataclass(frozen=True)
class Bench:
    """One or more ids that are measured together; ``plans`` says how many people it needs."""

    ids: tuple[str, ...]
    measures: str
    plans: Callable[[bool], int]
    run: Callable[[Ground], Awaitable[list[Finding]]]


BENCHES = (
    Bench((capacity.ID,), "bytes of an open plan, and submissions among many", capacity.plans, capacity.run),
    Bench((cost.ID,), "what one lifecycle costs", cost.plans, cost.run),
    Bench((latency.ID,), "answers at fixed rates", latency.plans, latency.run),
    Bench((events.ID,), "event to consumer and to mail", events.plans, events.run),
    Bench(
        (throughput.CPU, throughput.PEERS),
        "lifecycles/s, CPU, and the peers",
        throughput.plans,
        throughput.run,
    ),
    Bench((timers.ID,), "timers at one instant", timers.plans, timers.run),
    Bench((recovery.ID,), "each process killed under load", recovery.plans, recovery.run),
)
IDS = tuple(sorted(name for bench in BENCHES for name in bench.ids))


async def measured(
    wanted: Iterable[str], *, full: bool, console: Console
) -> tuple[list[Finding], dict[str, Any]]:
    """What the benchmarks of the ids wanted have found, in the order in which they ran, and notes."""
    ids = frozenset(wanted)
    chosen = [bench for bench in BENCHES if ids & set(bench.ids)]
    people = sum(bench.plans(full) for bench in chosen)
    steps = Steps(console, Language.EN)
    found: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="monthline-bench-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "stack"
        async with standing(path, console, steps, full=full, wanted=ids, people=people) as ground:
            for bench in chosen:
                name = ", ".join(bench.ids)
                with steps.step(f"{name} 完成", f"{name}: {bench.measures}"):
                    found += await bench.run(ground)
            return found, ground.notes
