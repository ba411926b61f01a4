"""What a plan's people do from draft to final, through the public API."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from decimal import Decimal

from bench.company import HR, LEADER, MONTH, content
from monthline.demo.client import Client
from monthline.demo.transport import Refusal
from shared.contracts.ids import PlanRef
from shared.contracts.plan import ProgressEntry
from shared.contracts.words import Move

Clients = Callable[[str], Client]


def plan_id(person: str) -> str:
    """The id of a manager's plan."""
    return PlanRef(company="bench", month=MONTH, person=person, department="all").plan_id


async def draft(clients: Clients, person: str) -> None:
    """Write the plan's content."""
    client = clients(person)
    await client.write(await client.plan(plan_id(person)), content())


def submit(clients: Clients, person: str) -> Callable[[], Awaitable[object]]:
    """The author's submission; the draft is at version 1."""
    return lambda: clients(person).move(Move.SUBMIT, plan_id(person), 1)


def approve(clients: Clients, person: str, *, by: str, version: int) -> Callable[[], Awaitable[object]]:
    """A reviewer's approval."""
    return lambda: clients(by).move(Move.APPROVE, plan_id(person), version)


def send_back(clients: Clients, person: str, *, by: str, version: int) -> Callable[[], Awaitable[object]]:
    """A reviewer's return of the plan to its author."""
    return lambda: clients(by).move(Move.RETURN, plan_id(person), version, note="please name the customers")


def progress(clients: Clients, person: str) -> Callable[[], Awaitable[object]]:
    """An entry on the item that has a metric."""
    entry = ProgressEntry(item="core", value=Decimal(101), effective=date.fromisoformat(f"{MONTH}-02"))
    return lambda: clients(person).report(plan_id(person), [entry])


async def reviewable(clients: Clients, people: Iterable[str]) -> None:
    """Wait until every plan's review round is open."""
    async with asyncio.timeout(60):
        for person in people:
            while True:
                try:
                    await clients(HR).review(plan_id(person))
                    break
                except Refusal as refused:
                    if refused.status != 404:
                        raise
                await asyncio.sleep(0.05)


def refused(clients: Clients, person: str) -> Callable[[], Awaitable[object]]:
    """A submission that the validator refuses, because the plan has moved on."""

    async def work() -> None:
        try:
            await clients(person).move(Move.SUBMIT, plan_id(person), 1)
        except Refusal:
            return
        raise AssertionError("the submission was not refused")

    return work


async def _when_there(move: Callable[[], Awaitable[object]]) -> object:
    """A move that has to wait for its review round, which opens just after the submission's answer."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await move()
            except Refusal as refused:
                if refused.status != 404:
                    raise
            await asyncio.sleep(0.01)


def whole(clients: Clients, person: str) -> Callable[[], Awaitable[object]]:
    """All seven commands of a plan that was drafted."""

    async def work() -> None:
        id_ = plan_id(person)
        await clients(person).move(Move.SUBMIT, id_, 1)
        await _when_there(approve(clients, person, by=HR, version=2))
        await clients(LEADER).move(Move.APPROVE, id_, 3)
        await clients(person).move(Move.CLOSE, id_, 4)
        await clients(person).move(Move.CLOSE, id_, 5)
        await clients(LEADER).move(Move.CONFIRM, id_, 6)
        await clients(person).move(Move.CONFIRM, id_, 7)

    return work
