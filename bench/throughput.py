"""B1 and B8: lifecycles a second and CPU of each process, ours and those of the peers in the same run."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from bench import lifecycles
from bench.findings import Finding
from bench.ground import Ground
from bench.machine import cpu_of, processes, spent
from bench.measure import closed_loop
from bench.peers import BARE, DBOS, Drive, Peer
from monthline.demo.stack import Stack
from monthline.registry import SERVICES

CPU, PEERS = "B1", "B8"
OURS = "ours"
OURS_PROCESSES = (*SERVICES, "workflows", "postgres", "nats", "temporal")
WARM = 5
OPENING = 16


def plans(full: bool) -> int:
    """How many drafted plans it needs."""
    return len(_clients(full)) * _each(full)


def _clients(full: bool) -> tuple[int, ...]:
    return (1, 4, 16, 64) if full else (8,)


def _each(full: bool) -> int:
    return 120 if full else 32


async def run(ground: Ground) -> list[Finding]:
    """Ours between two runs of each peer, with so many clients at once."""
    wanted = (BARE, DBOS) if PEERS in ground.wanted else (BARE,)
    found: list[Finding] = []
    async with AsyncExitStack() as peers:
        drives = [(peer, await peers.enter_async_context(peer.running(ground))) for peer in wanted]
        for peer, drive in drives:
            for work in (drive.begin, drive.commands):
                names = _names(peer, "warm", WARM)
                await closed_loop([partial(work, name) for name in names], clients=WARM)
        for clients in _clients(ground.full):
            people = await ground.drafted(_each(ground.full))
            with ground.steps.step(f"B1, B8: lifecycles with {clients} clients"):
                found += await _round(ground, people, drives, clients)
    return found


def _names(peer: Peer, run_: str, count: int) -> list[str]:
    return [f"{peer.name.split()[0].lower()}-{run_}-{number}" for number in range(count)]


async def _round(
    ground: Ground, people: list[str], drives: Sequence[tuple[Peer, Drive]], clients: int
) -> list[Finding]:
    """Each peer before and after ours: a machine that slows down meanwhile slows down both."""
    at = f"{clients} clients"
    rates: dict[str, list[float]] = {}
    found: list[Finding] = []

    async def peers(when: str) -> None:
        for peer, drive in drives:
            names = _names(peer, f"{clients}-{when}", len(people))
            await closed_loop([partial(drive.begin, name) for name in names], clients=OPENING)
            before = cpu_of(processes(ground.stack))
            works = [partial(drive.commands, name) for name in names]
            rates.setdefault(peer.name, []).append(await closed_loop(works, clients=clients))
            if when == "after":
                found.extend(_cpu(ground.stack, before, peer.processes, len(people), f"{peer.name}, {at}"))

    await ground.quiet()
    await peers("before")
    before = cpu_of(processes(ground.stack))
    ours = await closed_loop([lifecycles.whole(ground.of, person) for person in people], clients=clients)
    await ground.quiet()
    cpu = _cpu(ground.stack, before, OURS_PROCESSES, len(people), at)
    await peers("after")
    return [Finding(CPU, "lifecycles", ours, "/s", at), *cpu, *_ratios(ours, rates, at), *found]


def _ratios(ours: float, rates: dict[str, list[float]], at: str) -> list[Finding]:
    found = []
    for name, measured in rates.items():
        bench = PEERS if name == DBOS.name else CPU
        yardstick = sum(measured) / len(measured)
        found.append(Finding(bench, f"{name} lifecycles", yardstick, "/s", at))
        found.append(Finding(bench, f"ours ÷ {name}", ours / yardstick, "", at))
    return found


def _cpu(stack: Stack, before: dict[str, float], names: Sequence[str], count: int, at: str) -> list[Finding]:
    used = spent(before, cpu_of(processes(stack)), names)
    bench = PEERS if at.startswith(DBOS.name) else CPU
    return [
        Finding(bench, "CPU per lifecycle", sum(used.values()) / count, "ms", at),
        *(Finding(bench, f"CPU of {name}", each / count, "ms", at) for name, each in used.items()),
    ]
