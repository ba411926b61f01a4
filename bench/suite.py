"""Which benchmarks there are, and how those that were asked for are run on one fresh stack."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import capacity, cost, events, latency, recovery, throughput, timers
from bench.choice import Bench, company_size
from bench.findings import Finding
from bench.ground import standing
from monthline.demo.display import Steps
from shared.contracts.words import Language

BENCHES = (
    Bench(
        (capacity.ID,),
        "bytes of an open plan, and submissions among many",
        capacity.run,
        plans=capacity.plans,
        open_at_once=capacity.open_at_once,
    ),
    Bench((cost.ID,), "what one lifecycle costs", cost.run, plans=cost.plans),
    Bench((latency.ID,), "answers at fixed rates", latency.run, plans=latency.plans),
    Bench((events.ID,), "event to consumer and to mail", events.run, plans=events.plans),
    Bench(
        (throughput.CPU, throughput.PEERS),
        "lifecycles/s, CPU, and the peers",
        throughput.run,
        plans=throughput.plans,
    ),
    Bench((timers.ID,), "timers at one instant", timers.run, strangers=timers.strangers),
    Bench((recovery.ID,), "each process killed under load", recovery.run, plans=recovery.plans),
)
"""In this order: what is quiet first, what leaves broken connections behind last."""
IDS = tuple(sorted(name for bench in BENCHES for name in bench.ids))


async def measured(
    wanted: Iterable[str], *, full: bool, console: Console
) -> tuple[list[Finding], dict[str, Any]]:
    """What the benchmarks of the ids wanted have found, in the order in which they ran, and notes."""
    ids = frozenset(wanted)
    chosen = [bench for bench in BENCHES if ids & set(bench.ids)]
    people = company_size(chosen, full=full)
    steps = Steps(console, Language.EN)
    found: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="monthline-bench-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "stack"
        async with standing(path, console, steps, full=full, wanted=ids, people=people) as ground:
            for bench in chosen:
                name = ", ".join(bench.ids)
                with steps.step(f"{name}: {bench.measures}"):
                    found += await bench.run(ground)
            return found, ground.notes
