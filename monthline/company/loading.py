"""How a company gets into a deployment: by the public API, checked as a whole before anything is entered."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
from pydantic import BaseModel

from monthline.company.files import CompanyFiles
from monthline.company.problems import UNKNOWN, CompanyInvalid, Path, Place, Problem, Source
from monthline.demo.transport import Refusal
from services.scoring.domain.metrics import MetricRecord

Json = Any
"""A JSON document."""

_BATCH = 500
DRY_RUN: Mapping[str, str] = {"dry_run": "true"}
_STEP = re.compile(r"[^.\[\]]+")
_ABOUT_CONTENT = frozenset({400, 409, 422})


class Client(Protocol):
    """Somebody who may configure the deployment, and their way to its services."""

    async def ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
    ) -> httpx2.Response:
        """The answer, which is a success; raises Refusal."""


class Loaded(BaseModel):
    """How many of each kind were sent; all of them hold now, also those that did before."""

    departments: int = 0
    people: int = 0
    delegations: int = 0
    absences: int = 0
    templates: int = 0
    policies: int = 0
    metrics: int = 0
    metric_values: int = 0


@dataclass(frozen=True)
class Patience:
    """How many seconds a service gets to hear of what the directory was told, and between two questions."""

    seconds: float = 20.0
    pause: float = 0.2


async def check_company(company: CompanyFiles, client: Client) -> None:
    """Have the services check everything without changing anything.

    Raises:
        CompanyInvalid: something would be refused; the problems name file and line, all at once.
        Refusal: the caller may not do this.
    """
    checking = _Checking(company, client, Patience(), Loaded(), params=DRY_RUN)
    await checking.everything()
    if checking.problems:
        raise CompanyInvalid(checking.problems)


async def load_company(
    company: CompanyFiles, client: Client, patience: Patience = Patience(), loaded: Loaded | None = None
) -> Loaded:
    """Enter a company into a deployment; the same company again changes nothing.

    Every part is checked before the first is entered. ``loaded`` counts what has been entered so far, for
    when the import is cut short; it is then simply repeated.

    Raises:
        CompanyInvalid: the deployment refuses something; the problems name file and line.
        Refusal: the caller may not do this.
    """
    await check_company(company, client)
    entering = _Entering(company, client, patience, Loaded() if loaded is None else loaded)
    await entering.everything()
    return entering.loaded


@dataclass
class _Entering:
    """One company on its way into one deployment."""

    company: CompanyFiles
    client: Client
    patience: Patience
    loaded: Loaded
    problems: list[Problem] = field(default_factory=list)
    params: Mapping[str, str] | None = None

    async def everything(self) -> None:
        """Part by part, in an order in which references hold."""
        await self._organisation()
        await self._stand_ins()
        await self._configuration()
        await self._figures()

    async def _organisation(self) -> None:
        body = {
            "departments": [_body(each, "version") for each in self.company.departments],
            "people": [_body(each, "version") for each in self.company.people],
        }
        with self._refused(lambda path: _organisation_place(self.company, path), by_all=True):
            await self.client.ask("POST", "directory", "/organisation", json=body, params=self.params)
            self.loaded.departments = len(self.company.departments)
            self.loaded.people = len(self.company.people)

    async def _stand_ins(self) -> None:
        for absence in self.company.absences:
            source = self.company.sources["absences", absence.id]
            await self._send(source, "POST directory /absences", _body(absence, "version", "revoked"))
            self.loaded.absences += 1
        for delegation in self.company.delegations:
            source = self.company.sources["delegations", delegation.id]
            await self._send(source, "POST directory /delegations", _body(delegation, "version", "revoked"))
            self.loaded.delegations += 1

    async def _configuration(self) -> None:
        for template in self.company.templates:
            source = self.company.sources["templates", template.department]
            request = f"PUT plans /templates/{template.department}"
            await self._send(source, request, _body(template, "version"))
            self.loaded.templates += 1
        policy = self.company.sources["policy", ""]
        cycle = _body(self.company.cycle, "version")
        await self._send(policy, "PUT plans /policies/cycle", cycle, "cycle")
        self.loaded.policies += 1
        scoring = _body(self.company.scoring, "version")
        await self._send(policy, "PUT scoring /policies/scoring", scoring, "scoring")
        self.loaded.policies += 1

    async def _figures(self) -> None:
        for metric in self.company.metrics:
            source = self.company.sources["metrics", metric.id]
            await self._send(source, f"PUT scoring /metrics/{metric.id}", _body(metric))
            self.loaded.metrics += 1
        values = self.company.metric_values
        for first in range(0, len(values), _BATCH):
            await self._record(values[first : first + _BATCH])

    async def _record(self, values: Sequence[MetricRecord]) -> None:
        body = {"records": [value.model_dump(mode="json", exclude_none=True) for value in values]}
        answer = await self.client.ask("POST", "scoring", "/metrics/values", json=body, params=self.params)
        sources = [self.company.sources["metric_values", f"{value.metric} {value.month}"] for value in values]
        found = [
            _problem(sources[row["row"]].place(_path(error["path"])), error)
            for row in answer.json()["rows"]
            for error in row["errors"]
        ]
        self.loaded.metric_values += len(values) - len({problem.place.line for problem in found})
        if found:
            self._told(found)

    async def _send(self, source: Source, request: str, body: Json, *at: str) -> None:
        """Send one thing; a service that does not know yet whom it names is asked again until it does."""
        method, service, path = request.split()
        deadline = time.monotonic() + self.patience.seconds
        with self._refused(lambda inner: source.place((*at, *inner))):
            while True:
                try:
                    await self.client.ask(method, service, path, json=body, params=self.params)
                    return
                except Refusal as refused:
                    if self.params or refused.code != UNKNOWN or time.monotonic() > deadline:
                        raise
                await asyncio.sleep(self.patience.pause)

    @contextmanager
    def _refused(self, locate: Callable[[Path], Place], *, by_all: bool = False) -> Iterator[None]:
        """Turn a refusal of what was sent into problems of the files."""
        try:
            with _told_of_files(locate):
                yield
        except CompanyInvalid as invalid:
            self._told(invalid.problems, by_all=by_all)

    def _told(self, problems: Sequence[Problem], *, by_all: bool = False) -> None:
        """``by_all``: the service was sent everything that may be named."""
        raise CompanyInvalid(problems)


class _Checking(_Entering):
    """The same way without entering anything, to the end, gathering what would be refused.

    References to what the files themselves bring are not there yet; the files were checked for them.
    """

    def _told(self, problems: Sequence[Problem], *, by_all: bool = False) -> None:
        self.problems += [problem for problem in problems if by_all or problem.code != UNKNOWN]


@contextmanager
def _told_of_files(locate: Callable[[Path], Place]) -> Iterator[None]:
    """Turn a refusal of what was sent into problems of the files; who may not send it hears that as it is."""
    try:
        yield
    except Refusal as refused:
        if refused.status not in _ABOUT_CONTENT:
            raise
        whole = {"path": "", "code": refused.code, "message": str(refused)}
        errors = refused.problem.get("errors") or [whole]
        raise CompanyInvalid(_problem(locate(_path(error["path"])), error) for error in errors) from refused


def _organisation_place(company: CompanyFiles, path: Path) -> Place:
    if len(path) < 2 or not isinstance(path[1], int):
        return Place("people.csv")
    kind, index, *inner = path
    ids = [each.id for each in (company.people if kind == "people" else company.departments)]
    return company.sources[str(kind), ids[int(index)]].place(tuple(inner))


def _problem(place: Place, error: Mapping[str, str]) -> Problem:
    return Problem(place, error["code"], error["message"])


def _body(value: BaseModel, *without: str) -> Json:
    return value.model_dump(mode="json", exclude=set(without))


def _path(dotted: str) -> Path:
    return tuple(int(step) if step.isdecimal() else step for step in _STEP.findall(dotted))
