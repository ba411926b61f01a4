"""Owns the course of a demo: whose month it is, and that it has been played before the stack is used."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from monthline.company.files import CompanyFiles
from monthline.company.loading import load_company
from monthline.company.reading import gather, parse_company
from monthline.company.settings import Company
from monthline.demo.causes import single_cause
from monthline.demo.client import ANYBODYS, Client
from monthline.demo.display import MonthBar, Steps
from monthline.demo.expectations import planners
from monthline.demo.issuer import OPERATOR
from monthline.demo.month import play
from monthline.demo.outcome import Outcome, read_outcome
from monthline.demo.report import Report
from monthline.demo.reviewers import who_decides
from monthline.demo.scene import Clock, Scene
from monthline.demo.stack import ISSUER, MAIL_PAGE, Stack, running
from monthline.demo.state import DataFolder, Memory, digest, schema_digest
from monthline.demo.tempo import MONTH_SECONDS, calendar_needed, seconds_for, span_of
from monthline.registry import SERVICES
from shared.contracts.calendar import TimeScale
from shared.contracts.words import Role

SAMPLE = Path(__file__).parent.parent / "company" / "sample"
_ROUNDS = 2
_LATE = 60.0
"""Seconds that a slow machine may take beyond the month's own length."""


Meanwhile = Callable[[Stack], Coroutine[Any, Any, None]]


class Raised(Protocol):
    """How a stack comes up over a folder, for the length of a block."""

    def __call__(
        self, folder: DataFolder, company: Company, steps: Steps, *, fixed_ports: bool, provisioned: bool
    ) -> AbstractAsyncContextManager[Stack]: ...


@dataclass(frozen=True)
class _Manner:
    """How a month is played: what is done to the stack meanwhile, and how much longer it takes."""

    meanwhile: Meanwhile | None
    stretch: float


class OtherMonth(Exception):
    """The data folder holds the month of another company."""


class NoPlans(Exception):
    """The company has no plan to play."""


@dataclass(frozen=True)
class Bill:
    """Which month it is; ``company`` is to play it, or None when it was played by an earlier start."""

    memory: Memory
    company: CompanyFiles | None


@dataclass(frozen=True)
class Wanted:
    """A company that has a month to play; ``files`` is the digest of its files."""

    company: CompanyFiles
    files: str
    month: str

    def bill(self, folder: DataFolder) -> Bill:
        """A new month in an empty folder."""
        folder.erase()
        memory = Memory(company=self.company.company, files=self.files, month=self.month)
        folder.remember(memory)
        return Bill(memory, self.company)


def wanted(directory: Path | None) -> Wanted:
    """The company of a ``directory``, the sample's without one; raises CompanyInvalid or NoPlans."""
    files = gather(directory or SAMPLE)
    company = parse_company(files)
    if company.month is None:
        raise NoPlans(str(directory))
    return Wanted(company, digest(files), company.month)


def bill_for(folder: DataFolder, directory: Path | None, steps: Steps) -> Bill:
    """The month that the folder holds, or a new one; the sample company's without a ``directory``.

    Raises:
        CompanyInvalid: the company's files are wrong; nothing has been touched.
        NoPlans: the company has no plan to play.
        OtherMonth: the folder holds another company's month.
        Foreign: the folder holds something else.
    """
    memory = folder.memory()
    if memory is not None and memory.finished:
        if directory is not None and digest(gather(directory)) != memory.files:
            raise OtherMonth(memory.company.name.of(steps.language))
        return Bill(memory, None)
    new = wanted(directory)
    if memory is not None:
        steps.note("demo.cut_short")
    return new.bill(folder)


@dataclass(frozen=True)
class Played:
    """A month that has been played, on a stack that is still up."""

    stack: Stack
    memory: Memory
    scale: TimeScale
    outcome: Outcome

    @property
    def clock(self) -> Clock:
        """The calendar it was played on."""
        return Clock(self.scale, ZoneInfo(self.memory.company.zone))

    def report(self, steps: Steps) -> None:
        """Prints what came of it, and where to look further."""
        report = Report(steps.console, steps.language, self.outcome, self.clock)
        report.print(self.memory.mishaps, links(self.stack))


def links(stack: Stack) -> Mapping[str, str]:
    """The pages to open, by name."""
    return {
        **{name: f"{stack.addresses[name]}/docs" for name in SERVICES},
        "temporal": stack.servers.temporal.ui_url or "",
        MAIL_PAGE: stack.addresses[MAIL_PAGE],
        ISSUER: stack.addresses[ISSUER],
    }


@asynccontextmanager
async def played_month(
    folder: DataFolder,
    bill: Bill,
    steps: Steps,
    *,
    fixed_ports: bool = True,
    meanwhile: Meanwhile | None = None,
    stretch: float = 1.0,
    raised: Raised = running,
) -> AsyncIterator[Played]:
    """The stack with the month on it, played now unless it was before.

    ``meanwhile`` is done to the stack while the month is played, and ended with it; ``stretch``
    makes the month so many times as long; ``raised`` is how the stack comes up.

    Raises:
        CompanyInvalid: the services refuse something in the company's files.
        MonthUnfinished: the month did not come to its end.
    """
    memory = bill.memory
    schemas = schema_digest()
    provisioned = memory.finished and memory.schemas == schemas
    async with raised(
        folder, memory.company, steps, fixed_ports=fixed_ports, provisioned=provisioned
    ) as stack:
        if bill.company is not None:
            memory = await _play(stack, bill.company, memory, steps, _Manner(meanwhile, stretch))
        folder.remember(memory.model_copy(update={"schemas": schemas}))
        if memory.scale is None:
            raise ValueError("a month that was played has a scale")
        outcome = await read_outcome(memory.month, stack.clients.of(OPERATOR), stack.clients.of)
        yield Played(stack, memory, memory.scale, outcome)


async def _play(stack: Stack, company: CompanyFiles, memory: Memory, steps: Steps, manner: _Manner) -> Memory:
    """Loads the company, opens its month and plays it; what is to be remembered of it."""
    operator = stack.clients.of(OPERATOR)
    with steps.step("demo.step.company"):
        await load_company(replace(company, delegations=()), operator.transport)
        cast = sorted({*planners(company, memory.month), *who_decides(company)})
        await _all_known(stack, cast)
        pace = await _pace(stack, cast)
    seconds = seconds_for(pace) * manner.stretch
    if seconds > MONTH_SECONDS * manner.stretch:
        steps.note("demo.slow", pace=round(pace), seconds=round(seconds))
    working_days = await operator.working_days(*calendar_needed(memory.month))
    span = span_of(memory.month, company.cycle, working_days)
    scale = span.scale(datetime.now(UTC), seconds)
    await _delegate(operator, company, scale)
    scene = Scene(memory.month, company, Clock(scale, ZoneInfo(company.company.zone)), stack.clients.of)
    with MonthBar(steps, span, memory.month) as bar:
        await stack.clients.of(_opener(company)).open_month(memory.month, (), scale)
        async with _doing(manner.meanwhile, stack):
            await play(scene, bar, seconds + _LATE)
    return memory.model_copy(update={"scale": scale, "finished": True, "mishaps": tuple(scene.mishaps)})


@asynccontextmanager
async def _doing(meanwhile: Meanwhile | None, stack: Stack) -> AsyncIterator[None]:
    """Does something to the stack for the length of the block."""
    task = asyncio.ensure_future(meanwhile(stack)) if meanwhile else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _all_known(stack: Stack, people: list[str]) -> None:
    """Returns when every service has heard of everybody who will act."""
    with single_cause():
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(stack.clients.of(person).become_known())


async def _pace(stack: Stack, people: list[str]) -> float:
    """How many requests per second are answered when everybody asks at once."""
    began = time.monotonic()
    asked = [stack.clients.of(person).become_known() for _ in range(_ROUNDS) for person in people]
    await asyncio.gather(*asked)
    return len(asked) * len(ANYBODYS) / (time.monotonic() - began)


async def _delegate(operator: Client, company: CompanyFiles, scale: TimeScale) -> None:
    """Delegations are judged by the machines' clock: they are given for the moments the calendar means."""
    for delegation in company.delegations:
        moments = {"start": scale.clock(delegation.start), "end": scale.clock(delegation.end)}
        await operator.delegate(delegation.model_copy(update=moments))


def _opener(company: CompanyFiles) -> str:
    """Who opens the month: somebody of HR, or the operator where there is nobody."""
    hr = (person.id for person in company.people if any(grant.role is Role.HR for grant in person.roles))
    return min(hr, default=OPERATOR)
