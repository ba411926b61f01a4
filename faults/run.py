"""Running drills: on one stack, each healed and audited; or bare of their protection, expected to fail."""

import asyncio
import itertools
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rich.console import Console

from faults.cases import Case
from faults.driver import Driver
from faults.leaks import leaks, passwords
from faults.stack import ROLES, Stack, running
from faults.walker import Walker
from faults.world import World, audit, founded

PEOPLE = {False: 60, True: 160}
LIMIT = {False: 150.0, True: 900.0}
QUIET = 75.0
"""Seconds after healing within which everything must be as it should."""
SOON = 20.0
"""The same where it is expected not to be, and for how long commands are repeated there."""
MEMORY = 600 * 1024 * 1024
"""Bytes that a process may hold after a drill."""
SHOWN = 4


@dataclass
class Outcome:
    """What became of one fault; without its protection it is expected to fail, in the way its case names."""

    case: Case
    seed: str
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    protected: bool = True

    @property
    def expected(self) -> bool:
        """Whether it held when protected, or failed as it should when not."""
        return not self.wrong if self.protected else any(map(self._foreseen, self.wrong))

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.protected:
            return "held" if not self.wrong else "FAILED"
        if not self.wrong:
            return "HELD UNPROTECTED"
        return "failed as it should" if self.expected else "FAILED OTHERWISE"

    @property
    def said(self) -> list[str]:
        """What was wrong; what was to be expected first."""
        return sorted(self.wrong, key=lambda line: not self.protected and not self._foreseen(line))

    def _foreseen(self, line: str) -> bool:
        return re.search(self.case.breaks, line) is not None


@dataclass
class Suite:
    """A stack with people on it, and what earlier faults have left wrong on it."""

    stack: Stack
    driver: Driver
    walkers: list[Walker]
    long: bool
    quiet: float = QUIET
    known: set[str] = field(default_factory=set)
    large: set[str] = field(default_factory=set)

    async def run(self, case: Case, seed: int) -> Outcome:
        """Strike, heal, settle, audit."""
        outcome = Outcome(case, f"{seed}")
        world = World(self.stack, self.driver, Random(f"{seed}:{case.code}"), self.long, self.walkers)
        began = time.monotonic()
        await self._strike(case, world)
        outcome.wrong += world.wrong
        outcome.wrong += await self._afterwards()
        outcome.notes = world.notes
        outcome.seconds = time.monotonic() - began
        return outcome

    async def _strike(self, case: Case, world: World) -> None:
        limit = LIMIT[self.long]
        timeout = asyncio.timeout(limit)
        try:
            async with timeout:
                await case.strike(world)
        except Exception as error:
            late = f"it did not come to its end within {limit:.0f} s; {self._waited_for()}"
            world.wrong.append(late if timeout.expired() else f"the drill itself ended: {_said(error)}")

    def _waited_for(self) -> str:
        waiting = [f"{wish.move} of {wish.plan}" for wish, _ in self.driver.unsettled.values()]
        return f"no answer yet to {len(waiting)} commands, first {', '.join(waiting[:2]) or 'none'}"

    async def _afterwards(self) -> list[str]:
        try:
            await self.stack.heal()
            await self.driver.settle(self.quiet)
            found = await audit(self.stack, self.driver, self.known, self.quiet)
            found += self._oversized()
        except Exception as error:
            return [f"it could not be healed and audited: {_said(error)}"]
        errors, self.driver.errors = self.driver.errors, []
        return found + [f"told by an API: {one}" for one in errors]

    def _oversized(self) -> list[str]:
        """Processes that have grown too large, each told once; without protection anything goes."""
        if self.quiet != QUIET:
            return []
        sizes = {name: unit.memory for name, unit in self.stack.units.items()}
        fresh = {name: line for name, line in oversized(sizes).items() if name not in self.large}
        self.large |= fresh.keys()
        return list(fresh.values())


def oversized(sizes: Mapping[str, int]) -> dict[str, str]:
    """I11: the processes that hold more than their bound, each with what is said of it."""
    return {
        name: f"I11 {name}: holds {size // 2**20} MiB, its bound is {MEMORY // 2**20}"
        for name, size in sizes.items()
        if size > MEMORY
    }


def _said(error: BaseException) -> str:
    inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
    return f"{type(inner).__name__}: {inner}"[:400]


async def protected(
    cases: Sequence[Case], folder: Path, seed: int, console: Console, *, long: bool
) -> list[Outcome]:
    """All faults on one stack, one after the other."""
    outcomes = []
    began = time.monotonic()
    async with running(folder / "stack") as stack:
        driver = Driver(stack.addresses, stack.signer, folder / "driver.jsonl")
        walkers = await founded(stack, driver, PEOPLE[long])
        console.print(f"the stack runs, {len(walkers)} plans are open ({time.monotonic() - began:.0f} s)")
        suite = Suite(stack, driver, walkers, long)
        for case in cases:
            outcomes.append(await suite.run(case, seed))
            show(console, outcomes[-1])
        _memory(stack, console)
        await driver.close()
        await _leaked(stack, outcomes, console)
    return outcomes


async def _leaked(stack: Stack, outcomes: list[Outcome], console: Console) -> None:
    """What all drills together have left in our processes' logs fails the last of them."""
    logs = [unit.log for unit in stack.units.values() if unit.log.exists()]
    found = await asyncio.to_thread(leaks, logs, passwords(stack.deployment))
    for line in found:
        console.print(line, style="red")
    if outcomes:
        outcomes[-1].wrong += found


def _memory(stack: Stack, console: Console) -> None:
    most = max(ROLES, key=lambda role: stack.units[role.name].memory)
    size = stack.units[most.name].memory
    console.print(f"largest process: {most.name} with {size // 2**20} MiB of {MEMORY // 2**20}")


async def unprotected(cases: Sequence[Case], folder: Path, seed: int, console: Console) -> list[Outcome]:
    """Each fault against a stack of its own without what protects from it."""
    outcomes = []
    for case in cases:
        outcomes.append(await _bare(case, folder, seed, console))
        show(console, outcomes[-1])
    return outcomes


async def _bare(case: Case, folder: Path, seed: int, console: Console) -> Outcome:
    """A fault without its protection. A stack that does not come up proves nothing; it is tried twice."""
    outcome = Outcome(case, f"{seed}", ["never struck"])
    for attempt in ("", "-again"):
        try:
            outcome = await _without(case, folder / f"{case.code}{attempt}", seed)
            break
        except Exception as error:
            console.print(f"{case.code:<4} without {', '.join(case.without)}: {_said(error)}", style="red")
    outcome.protected = False
    outcome.notes.append(f"without {', '.join(case.without)}")
    return outcome


async def _without(case: Case, folder: Path, seed: int) -> Outcome:
    async with running(folder, unprotected=case.without) as stack:
        driver = Driver(stack.addresses, stack.signer, folder / "driver.jsonl", patience=SOON)
        walkers = await founded(stack, driver, case.people)
        outcome = await Suite(stack, driver, walkers, long=False, quiet=SOON).run(case, seed)
        await driver.close()
    return outcome


def show(console: Console, outcome: Outcome) -> None:
    """One line a fault, and what was wrong below it."""
    case = outcome.case
    note = f" [{'; '.join(outcome.notes)}]" if outcome.notes else ""
    style = "green" if outcome.expected else "red"
    said = f"{case.code:<4} {outcome.verdict:<7} {outcome.seconds:5.1f} s  seed {outcome.seed}"
    console.print(f"{said}  {case.title}{note}", style=style)
    for line in outcome.said[:SHOWN]:
        console.print(f"       {line}")
    if len(outcome.wrong) > SHOWN:
        console.print(f"       … and {len(outcome.wrong) - SHOWN} more")


def summed_up(outcomes: Sequence[Outcome]) -> list[str]:
    """Which drills ended in which way, a line each."""
    ordered = sorted(
        outcomes, key=lambda outcome: (not outcome.expected, outcome.verdict, outcome.case.order)
    )
    return [
        f"{verdict}: {', '.join(one.case.code for one in same)}"
        for verdict, same in itertools.groupby(ordered, key=lambda outcome: outcome.verdict)
    ]
