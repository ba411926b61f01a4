"""Owns what one person can ask of Monthline and do there, in the words of the domain."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx2
from pydantic import BaseModel

from monthline.demo.transport import PATIENCE, Json, Refusal, Transport, Unanswered
from monthline.demo.views import (
    DeliveryView,
    FiredRung,
    LedgerLine,
    MessageView,
    PlanView,
    ReviewView,
    ScoreLine,
    ScoreView,
    WaitingItem,
)
from shared.contracts.calendar import TimeScale, WorkingDays
from shared.contracts.lifecycle import Moved
from shared.contracts.moves import TABLE
from shared.contracts.organisation import Delegation, Department, Person
from shared.contracts.plan import Finding, PlanContent, ProgressEntry
from shared.contracts.words import Move

_ACCEPTED_PAUSE = 0.2
_PAGE_SIZE = 200

ANYBODYS = {"plans": "/plans", "review": "/reviews", "scoring": "/scores", "notify": "/inbox"}
"""What everybody who works here may read, by service."""

M = TypeVar("M", bound=BaseModel)


class Client:
    """Speaks to all services as one person."""

    def __init__(self, transport: Transport, person: str) -> None:
        self.person = person
        self.transport = transport

    async def read(self, service: str, path: str, **params: Any) -> Json:
        """One document."""
        return (await self.transport.ask("GET", service, path, params=params)).json()

    async def read_all(self, service: str, path: str, kind: type[M], **params: Any) -> list[M]:
        """A list, all its pages."""
        found: list[M] = []
        cursor: str | None = None
        while True:
            page = await self.read(service, path, **params, cursor=cursor, limit=_PAGE_SIZE)
            found += [kind.model_validate(item, extra="ignore") for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return found

    async def read_whole(self, service: str, path: str, kind: type[M]) -> list[M]:
        """A list that is answered in one piece."""
        shown = await self.read(service, path)
        return [kind.model_validate(item, extra="ignore") for item in shown["items"]]

    async def become_known(self) -> None:
        """Returns when every service that learns of people from the directory has heard of this one."""
        deadline = time.monotonic() + PATIENCE
        for service, path in ANYBODYS.items():
            while not await self._known_to(service, path):
                if time.monotonic() > deadline:
                    raise Unanswered(f"{service} has not heard of {self.person} for {PATIENCE:.0f} s")
                await asyncio.sleep(_ACCEPTED_PAUSE)

    async def _known_to(self, service: str, path: str) -> bool:
        try:
            await self.read(service, path)
        except Refusal as refusal:
            if refusal.status == httpx2.codes.FORBIDDEN:
                return False
            raise
        return True

    async def people(self) -> list[Person]:
        """Everybody in the company."""
        return await self.read_all("directory", "/people", Person)

    async def departments(self) -> list[Department]:
        """Every department."""
        return await self.read_all("directory", "/departments", Department)

    async def delegate(self, delegation: Delegation) -> None:
        """Enter a delegation."""
        body = delegation.model_dump(mode="json", exclude={"version", "revoked"})
        await self.transport.ask("POST", "directory", "/delegations", json=body)

    async def working_days(self, first: date, last: date) -> WorkingDays:
        """The company's working days, both days included."""
        shown = await self.read("directory", "/calendar", first=first.isoformat(), last=last.isoformat())
        return WorkingDays.deserialize(shown)

    async def plans(self, month: str, **narrower: str) -> list[PlanView]:
        """The plans of a month that the person may see."""
        return await self.read_all("plans", "/plans", PlanView, month=month, **narrower)

    async def plan(self, plan_id: str) -> PlanView:
        """One plan as it stands."""
        return PlanView.model_validate(await self.read("plans", f"/plans/{quote(plan_id)}"), extra="ignore")

    async def ledger(self, plan_id: str) -> list[LedgerLine]:
        """Every move of a plan, in order."""
        return await self.read_whole("plans", f"/plans/{quote(plan_id)}/ledger", LedgerLine)

    async def rungs(self, plan_id: str) -> list[FiredRung]:
        """The rungs that fired on the author's deadlines."""
        return await self.read_whole("plans", f"/plans/{quote(plan_id)}/rungs", FiredRung)

    async def waiting(self, month: str) -> list[WaitingItem]:
        """The reviews that wait for the person."""
        return await self.read_all("review", "/reviews", WaitingItem, waiting="me", month=month)

    async def review(self, plan_id: str) -> ReviewView:
        """The course of one plan's review."""
        return ReviewView.model_validate(
            await self.read("review", f"/reviews/{quote(plan_id)}"), extra="ignore"
        )

    async def scores(self, month: str) -> list[ScoreLine]:
        """The scores of a month that the person may see."""
        return await self.read_all("scoring", "/scores", ScoreLine, month=month)

    async def score(self, plan_id: str) -> ScoreView:
        """A plan's score."""
        return ScoreView.model_validate(
            await self.read("scoring", f"/scores/{quote(plan_id)}"), extra="ignore"
        )

    async def inbox(self) -> list[MessageView]:
        """What the person was told."""
        return await self.read_all("notify", "/inbox", MessageView)

    async def deliveries(self) -> list[DeliveryView]:
        """Mails and webhook calls."""
        return await self.read_all("notify", "/deliveries", DeliveryView)

    async def check(self, plan_id: str, content: PlanContent) -> list[Finding]:
        """What the linter marks in ``content``."""
        body = content.model_dump(mode="json")
        answer = await self.transport.ask("POST", "plans", f"/plans/{quote(plan_id)}/check", json=body)
        marked = answer.json()["findings"]
        return [Finding.deserialize(each) for each in marked]

    async def open_month(self, month: str, people: Sequence[str], scale: TimeScale) -> None:
        """Ask for the month to be opened on a scale of its own."""
        body = {"people": list(people), "scale": scale.model_dump(mode="json")}
        await self.transport.ask("POST", "plans", f"/months/{month}/open", json=body, headers=_fresh_key())

    async def write(self, plan: PlanView, content: PlanContent) -> None:
        """Replace the draft's content."""
        await self.transport.ask(
            "PUT",
            "plans",
            f"/plans/{quote(plan.id)}/content",
            json=content.model_dump(mode="json"),
            headers={"If-Match": _etag(plan)},
        )

    async def report(self, plan_id: str, entries: Sequence[ProgressEntry]) -> None:
        """Report progress."""
        body = {"entries": [entry.model_dump(mode="json") for entry in entries]}
        path = f"/plans/{quote(plan_id)}/progress"
        await self.transport.ask("POST", "plans", path, json=body, headers=_fresh_key())

    async def submit(self, plan: PlanView) -> Moved:
        """Submit the draft as last seen."""
        return await self.move(Move.SUBMIT, plan.id, _etag(plan))

    async def move(
        self, move: Move, plan_id: str, etag: str | int, *, note: str | None = None, key: str | None = None
    ) -> Moved:
        """Move a plan; the same ``key`` again is the same move, once. Raises Refusal when it is refused."""
        rule = TABLE[move]
        answer = await self.transport.ask(
            "POST",
            rule.owner,
            rule.path(quote(plan_id)),
            json={} if note is None else {"note": note},
            headers={"If-Match": f'"{etag}"' if isinstance(etag, int) else etag, **_fresh_key(key)},
        )
        return Moved.deserialize((await self._settled(rule.owner, answer)).json())

    async def _settled(self, service: str, answer: httpx2.Response) -> httpx2.Response:
        """The answer itself, or that of the place it says to ask again until the outcome is known."""
        deadline = time.monotonic() + PATIENCE
        while answer.status_code == httpx2.codes.ACCEPTED:
            if time.monotonic() > deadline:
                raise Unanswered(f"{answer.request.url}: still pending after {PATIENCE:.0f} s")
            await asyncio.sleep(_ACCEPTED_PAUSE)
            place = urlsplit(answer.headers["Location"]).path.removeprefix("/v1")
            answer = await self.transport.ask("GET", service, place)
        return answer


def _etag(plan: PlanView) -> str:
    return f'"{plan.version}.{plan.content_version}"'


def _fresh_key(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or uuid4().hex}
