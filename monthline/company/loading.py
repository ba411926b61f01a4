"""How a company gets into a deployment: by the public API, checked as a whole before anything is entered."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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

    departments: int
    people: int
    delegations: int
    absences: int
    templates: int
    metrics: int
    metric_values: int


@dataclass(frozen=True)
class Patience:
    """How many seconds a service gets to hear of what the directory was told, and between two questions."""

    seconds: float = 20.0
    pause: float = 0.2


async def check_company(company: CompanyFiles, client: Client) -> None:
    """Have the directory check the organisation without changing anything.

    Raises:
        CompanyInvalid: it would be refused; the problems name file and line.
        Refusal: the caller may not do this.
    """
    await _Entering(company, client, Patience()).organisation(dry_run=True)


async def load_company(company: CompanyFiles, client: Client, patience: Patience = Patience()) -> Loaded:
    """Enter a company into a deployment; the same company again changes nothing.

    The organisation is checked as a whole, then entered as a whole; what comes after it replaces what is
    there, so that an import that was cut short is simply repeated.

    Raises:
        CompanyInvalid: the deployment refuses something; the problems name file and line.
        Refusal: the caller may not do this.
    """
    entering = _Entering(company, client, patience)
    await entering.organisation(dry_run=True)
    await entering.organisation(dry_run=False)
    await entering.stand_ins()
    await entering.configuration()
    await entering.figures()
    return Loaded(
        departments=len(company.departments),
        people=len(company.people),
        delegations=len(company.delegations),
        absences=len(company.absences),
        templates=len(company.templates),
        metrics=len(company.metrics),
        metric_values=len(company.metric_values),
    )


@dataclass(frozen=True)
class _Entering:
    """One company on its way into one deployment."""

    company: CompanyFiles
    client: Client
    patience: Patience

    async def organisation(self, *, dry_run: bool) -> None:
        body = {
            "departments": [_body(each, "version") for each in self.company.departments],
            "people": [_body(each, "version") for each in self.company.people],
        }
        params = {"dry_run": "true"} if dry_run else None
        with _told_of_files(lambda path: _organisation_place(self.company, path)):
            await self.client.ask("POST", "directory", "/organisation", json=body, params=params)

    async def stand_ins(self) -> None:
        for absence in self.company.absences:
            source = self.company.sources["absences", absence.id]
            await self._send(source, "POST directory /absences", _body(absence, "version", "revoked"))
        for delegation in self.company.delegations:
            source = self.company.sources["delegations", delegation.id]
            await self._send(source, "POST directory /delegations", _body(delegation, "version", "revoked"))

    async def configuration(self) -> None:
        for template in self.company.templates:
            source = self.company.sources["templates", template.department]
            await self._send(
                source, f"PUT plans /templates/{template.department}", _body(template, "version")
            )
        policy = self.company.sources["policy", ""]
        await self._send(policy, "PUT plans /policies/cycle", _body(self.company.cycle, "version"), "cycle")
        scoring = _body(self.company.scoring, "version")
        await self._send(policy, "PUT scoring /policies/scoring", scoring, "scoring")

    async def figures(self) -> None:
        for metric in self.company.metrics:
            source = self.company.sources["metrics", metric.id]
            await self._send(source, f"PUT scoring /metrics/{metric.id}", _body(metric))
        values = self.company.metric_values
        for first in range(0, len(values), _BATCH):
            await self._record(values[first : first + _BATCH])

    async def _record(self, values: Sequence[MetricRecord]) -> None:
        body = {"records": [value.model_dump(mode="json", exclude_none=True) for value in values]}
        answer = await self.client.ask("POST", "scoring", "/metrics/values", json=body)
        sources = [self.company.sources["metric_values", f"{value.metric} {value.month}"] for value in values]
        found = [
            _problem(sources[row["row"]].place(_path(error["path"])), error)
            for row in answer.json()["rows"]
            for error in row["errors"]
        ]
        if found:
            raise CompanyInvalid(found)

    async def _send(self, source: Source, request: str, body: Json, *at: str) -> None:
        """Send one thing; a service that does not know yet whom it names is asked again until it does."""
        method, service, path = request.split()
        deadline = time.monotonic() + self.patience.seconds
        with _told_of_files(lambda inner: source.place((*at, *inner))):
            while True:
                try:
                    await self.client.ask(method, service, path, json=body)
                    return
                except Refusal as refused:
                    if refused.code != UNKNOWN or time.monotonic() > deadline:
                        raise
                await asyncio.sleep(self.patience.pause)


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
    return Problem(place, error["code"], zh=error["message"], en=error["message"])


def _body(value: BaseModel, *without: str) -> Json:
    return value.model_dump(mode="json", exclude=set(without))


def _path(dotted: str) -> Path:
    return tuple(int(step) if step.isdecimal() else step for step in _STEP.findall(dotted))
