"""Requests with defaults, for tests of review."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx2

from shared.contracts.lifecycle import Command
from shared.contracts.rungs import FireRung
from shared.contracts.words import Move, Party, Rung, Stage
from tests.unit.services.review.build import PLAN, TODAY, deadline

Client = Callable[[str], httpx2.AsyncClient]
REVIEW = f"/reviews/{PLAN.plan_id}"


def command(
    actor: str = "hr1",
    move: Move = Move.APPROVE,
    *,
    key: str = "key",
    version: int = 2,
    note: str = "",
    to: Stage | None = None,
    party: Party = Party.REVIEWER,
) -> Command:
    """A reviewer's command on the author's plan."""
    return Command(
        command_id=f"{actor}:{key}",
        move=move,
        plan=PLAN,
        actor=actor,
        party=party,
        expected_version=version,
        note=note,
        to=to,
    )


def firing(
    rung: Rung = Rung.DUE, stage: Stage = Stage.HR_REVIEW, version: int = 2, day: date = TODAY
) -> FireRung:
    """A rung of the deadline of the author's plan."""
    due = deadline(stage)
    return FireRung(
        command_id=f"plan:{PLAN.plan_id}:{due.milestone}:{rung}",
        plan=PLAN,
        stage=stage,
        plan_version=version,
        deadline=due,
        rung=rung,
        due=due.instant,
        local_date=day,
    )


async def post(
    caller: httpx2.AsyncClient,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    key: str = "the-first-key",
    version: int | None = 2,
) -> httpx2.Response:
    """A command with its headers."""
    headers = {"Idempotency-Key": key} | ({} if version is None else {"If-Match": f'"{version}"'})
    return await caller.post(path, json=body or {}, headers=headers)


async def approve(caller: httpx2.AsyncClient, **given: Any) -> httpx2.Response:
    """An approval of the author's plan."""
    return await post(caller, f"{REVIEW}/approve", **given)


async def send_back(
    caller: httpx2.AsyncClient, note: str = "core share is 30", **given: Any
) -> httpx2.Response:
    """A return of the author's plan."""
    to = given.pop("to", None)
    return await post(caller, f"{REVIEW}/return", {"note": note} | ({"to": to} if to else {}), **given)
