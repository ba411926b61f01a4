"""``python -m bench``: run the suite, print a table, write JSON to ``bench/results``."""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from temporalio.client import Client as Temporal

from bench import bare, lifecycles
from bench.company import COMPANY, HR, LEADER, MONTH, load, managers, scale
from bench.measure import closed_loop, history, open_loop
from bench.report import print_report
from bench.statements import StatementLog
from monthline.demo.client import Client
from monthline.demo.display import Steps
from monthline.demo.issuer import OPERATOR
from monthline.demo.stack import Stack, running
from monthline.demo.state import DataFolder
from monthline.supervisor import ProcessSpec
from shared.contracts.words import Language

PATIENCE = 120.0
RESULTS = Path(__file__).parent / "results"
PACKAGES = ("temporalio", "fastapi", "sqlalchemy", "psycopg", "nats-py", "pydantic")


def arguments() -> argparse.Namespace:
    """What the user asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="longer runs and more clients (about 15 min)")
    parser.add_argument("--out", type=Path, help="where the JSON goes; default bench/results/<time>.json")
    return parser.parse_args()


async def opened(stack: Stack, count: int) -> list[str]:
    """So many managers whose plans are open and drafted."""
    people = managers(count)
    operator = stack.clients.of(OPERATOR)
    await load(operator, count)
    await _until_known(stack, people[-1])
    opening = {"scale": scale().model_dump(mode="json")}
    await operator.transport.ask("POST", "plans", f"/months/{MONTH}/open", json=opening)
    async with asyncio.timeout(PATIENCE):
        while len(await stack.clients.of(HR).plans(MONTH)) < count:
            await asyncio.sleep(0.2)
    for start in range(0, count, 20):
        batch = people[start : start + 20]
        await asyncio.gather(*(lifecycles.draft(stack.clients.of, person) for person in batch))
    return people


async def _until_known(stack: Stack, last: str) -> None:
    """Wait until every service's copy of the organisation has the people who will act."""
    for service, path in (("plans", "/plans"), ("review", "/reviews"), ("scoring", "/scores")):
        for person in (HR, LEADER, last):
            await _until_let_in(stack.clients.of(person), service, path)


async def _until_let_in(client: Client, service: str, path: str) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await client.read(service, path, month=MONTH)
                return
            except Exception:
                await asyncio.sleep(0.2)


@asynccontextmanager
async def bare_workers(stack: Stack) -> AsyncIterator[Temporal]:
    """The two worker processes of the bare workflow, on the same Temporal server."""
    address = stack.servers.temporal.address
    for role in ("workflows", "activities"):
        command = [sys.executable, "-m", "bench.bare", address, role]
        await stack.supervisor.start(ProcessSpec(f"bare-{role}", command))
    yield await Temporal.connect(address)


async def throughput(stack: Stack, people: list[str], clients: int) -> dict[str, float]:
    """Lifecycles a second: bare, ours, bare again; the ratio is to the mean of the bare ones."""
    async with bare_workers(stack) as temporal:

        async def bare_run(name: str) -> float:
            works = [
                lambda number=number: bare.drive(temporal, f"bare-{name}-{number}")
                for number in range(len(people))
            ]
            return await closed_loop(works, clients=clients)

        await bare_run("warm")
        before = await bare_run("before")
        ours = await closed_loop(
            [lifecycles.whole(stack.clients.of, person) for person in people], clients=clients
        )
        after = await bare_run("after")
    yardstick = (before + after) / 2
    return {
        "clients": clients,
        "ours_per_second": round(ours, 2),
        "bare_per_second": round(yardstick, 2),
        "ratio": round(ours / yardstick, 3),
    }


async def latencies(stack: Stack, people: list[str], rate: float) -> dict[str, Any]:
    """Submit, both approvals and a refusal, each at a fixed rate."""
    of = stack.clients.of
    phases = {
        "submit": [lifecycles.submit(of, person) for person in people],
        "approve_hr": [lifecycles.approve(of, person, by=HR, version=2) for person in people],
        "approve_leader": [lifecycles.approve(of, person, by=LEADER, version=3) for person in people],
        "refuse": [lifecycles.refused(of, person) for person in people],
    }
    rows = {}
    for name, works in phases.items():
        found = await open_loop(name, works, per_second=rate)
        rows[name] = found.row() | ({"first_error": found.errors[0]} if found.errors else {})
    return rows


async def costs(stack: Stack, people: list[str], log: Path) -> dict[str, Any]:
    """Events and bytes of history, and SQL statements, of one lifecycle."""
    counter = StatementLog(stack.servers.postgres.url, log)
    counter.start()
    for person in people:
        await lifecycles.whole(stack.clients.of, person)()
    await asyncio.sleep(1)
    counted = await counter.stop()
    temporal = await Temporal.connect(stack.servers.temporal.address)
    events, size = await history(temporal, f"plan:{lifecycles.plan_id(people[-1])}")
    return {
        "history_events": events,
        "history_bytes": size,
        "sql_on_the_way": round(counted["command"] / len(people), 1),
        "sql_per_command": round(counted["command"] / len(people) / 7, 1),
        "sql_in_background": round(counted["background"] / len(people), 1),
        "sql_begin_commit": round(counted["frame"] / len(people), 1),
    }


async def suite(full: bool, folder: Path, console: Console) -> dict[str, Any]:
    """Everything, on one fresh stack."""
    each, timed = (120, 300) if full else (40, 60)
    steps = Steps(console, Language.EN)
    data = DataFolder(folder / "stack")
    data.path.mkdir()
    async with running(data, COMPANY, steps, fixed_ports=False) as stack:
        with steps.step("打开并填写计划", "opening and drafting plans"):
            loops = (1, 4, 16, 64) if full else (8,)
            people = await opened(stack, timed + each * len(loops) + 5)
        rest = iter(people)
        with steps.step("固定速率", "latencies at 5/s"):
            slow = await latencies(stack, [next(rest) for _ in range(timed)], 5.0)
        with steps.step("成本", "cost of one lifecycle"):
            cost = await costs(stack, [next(rest) for _ in range(5)], stack.servers.postgres.log)
        rates = []
        for clients in loops:
            with steps.step("吞吐", f"lifecycles/s with {clients} clients, against bare Temporal"):
                rates.append(await throughput(stack, [next(rest) for _ in range(each)], clients))
    return {"throughput": rates, "latency_at_5_per_second": slow, "one_lifecycle": cost}


def surroundings() -> dict[str, Any]:
    """What the numbers depend on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def main() -> None:
    """Run, print, write."""
    wanted = arguments()
    console = Console(width=100)
    with tempfile.TemporaryDirectory(prefix="monthline-bench-", ignore_cleanup_errors=True) as folder:
        found = asyncio.run(suite(wanted.full, Path(folder), console))
    result = surroundings() | found
    out = wanted.out or RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n")
    print_report(console, result)
    console.print(f"Written to {out}")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
