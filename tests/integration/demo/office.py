"""A small office for tests of the demo's actors: one plan, and an API in memory that moves it."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from monthline.company.files import CompanyFiles
from monthline.demo.client import Client
from monthline.demo.scene import Clock, Scene
from monthline.demo.transport import Refusal, Transport
from shared.contracts.calendar import TimeScale
from shared.contracts.words import Move, Stage
from tests.integration.company.build import GOOD, company
from tests.support.background import running

MONTH = "2026-03"
AUTHOR = "p002"
PLAN_ID = f"acme:{MONTH}:{AUTHOR}:sales"
LATER = "plans/2026-03.p002.v2.yaml"
VERY_FAST = 1e12
"""A calendar so fast that nothing in it is waited for."""


def told(part: str, *, later: bool = False) -> CompanyFiles:
    """The small company with a story for its one author."""
    changes = {"story.yaml": f"people:\n  {AUTHOR}: {part}\n"} if part else {}
    return company(changes | ({LATER: GOOD["plans/2026-03.p002.yaml"]} if later else {}))


class Office(Transport):
    """Answers like the services: the plan's stage and version follow the moves; all requests are kept."""

    def __init__(self, stage: Stage = Stage.DRAFTING) -> None:
        super().__init__(httpx2.AsyncClient(), {}, lambda: "")
        self.stage = stage
        self.version = 1
        self.revision = 0
        self.refusals: dict[str, list[str]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.follow: dict[str, Stage] = {
            "submit": Stage.HR_REVIEW,
            "recall": Stage.DRAFTING,
            "close": Stage.CLOSING,
            "approve": Stage.LEADER_REVIEW,
            "return": Stage.DRAFTING,
            "confirm": Stage.FINAL,
            "dispute": Stage.SCORED,
        }
        self.reviews: list[dict[str, Any]] = []
        self.rungs: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []
        self.looks = 0

    @property
    def moves(self) -> list[str]:
        """The moves asked for, in order."""
        return [name for name, _ in self.asked if name in self.follow]

    async def ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """The services' answer."""
        name = path.rpartition("/")[2]
        if method == "GET":
            return self._read(path, name)
        self.asked.append((name, json))
        if self.refusals.get(name):
            raise Refusal(path, 409, {"code": self.refusals[name].pop(0)})
        if name in self.follow:
            self._moved(name)
        return httpx2.Response(200, json=self._answer(name), request=httpx2.Request(method, "http://office"))

    def _moved(self, name: str) -> None:
        self.stage, self.version = self.follow[name], self.version + 1
        self.revision += name == "submit"
        if name == "close":
            self.follow["close"] = Stage.SCORED

    def _answer(self, name: str) -> dict[str, Any]:
        return {
            "command_id": "c",
            "plan_id": PLAN_ID,
            "move": name if name in set(Move) else "submit",
            "actor": AUTHOR,
            "stage": self.stage,
            "version": self.version,
            "at": datetime.now(UTC).isoformat(),
        }

    def _read(self, path: str, name: str) -> httpx2.Response:
        self.looks += name in ("reviews", "scores")
        bodies: dict[str, Any] = {
            "reviews": {"items": self.reviews, "next": None},
            "scores": {"items": self.scores, "next": None},
        }
        plan = {
            "id": PLAN_ID,
            "person": AUTHOR,
            "department": "sales",
            "stage": self.stage,
            "version": self.version,
            "content_version": 0,
            "revision": self.revision,
        }
        if path.startswith("/reviews/"):
            return httpx2.Response(200, json={"plan_id": PLAN_ID, "rungs": self.rungs})
        return httpx2.Response(200, json=bodies.get(name, plan))


async def until_looked(office: Office, playing: Coroutine[Any, Any, None], times: int = 6) -> None:
    """Let somebody play until they have looked so many times at what waits for them."""
    enough = office.looks + times
    async with running(playing) as task:
        while office.looks < enough and not task.done():
            await asyncio.sleep(0.001)


def scene(files: CompanyFiles, office: Office) -> Scene:
    """The month on a calendar that has passed already: whoever waits for a date acts at once."""
    scale = TimeScale(
        clock_start=datetime.now(UTC), calendar_start=datetime(2026, 4, 30, tzinfo=UTC), speed=VERY_FAST
    )
    clock = Clock(scale, ZoneInfo("Asia/Shanghai"))
    return Scene(MONTH, files, clock, lambda person: Client(office, person))
