"""Two reviewers in one instant, each at an API process of their own, over real servers and real stores."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import httpx2
import pytest
from sqlalchemy import select
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from monthline.embedded import EmbeddedServers
from services.plans.activities import PlansActivitiesImpl
from services.plans.store import drafts
from services.plans.store import tables as plans
from services.review.activities import ReviewActivitiesImpl
from services.review.api import review_app
from services.review.store import tables as review
from services.review.store.plans import stage_of
from shared.base.settings import ProcessSettings
from shared.contracts.events import DecisionRecordedEvent, DepartmentChanged, PersonChanged
from shared.contracts.ids import LIFECYCLE_QUEUE, PlanRef, command_id, parse_plan_id
from shared.contracts.lifecycle import PLAN_LIFECYCLE, Command
from shared.contracts.plans import PLANS_QUEUE, PlansActivities
from shared.contracts.review import REVIEW_QUEUE, ReviewActivities
from shared.contracts.words import Move, Party, Role, Stage
from shared.engine.lifecycle_client import LifecycleClient
from shared.engine.search_attributes import at_start
from shared.engine.temporal import BUILD, activities_of, connect
from shared.org.copy import OrgCache, OrgCopy
from shared.store.db import Connection, Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from tests.integration.plans.company import DEPARTMENTS, PEOPLE, person, settle_in
from tests.integration.review.lifecycle import Names
from tests.support.build import lifecycle_input
from tests.support.databases import database_for
from tests.support.garbage import workflows_run_here
from tests.unit.services.plans.build import GOOD
from workflows.__main__ import lifecycle_worker

RACES = 12
AUTHORS = [
    PlanRef(company="acme", month="2026-03", person=f"race{number:02}", department="east")
    for number in range(RACES)
]


@dataclass
class House:
    """The stores, an engine, and two processes of the review API."""

    plans: Database
    review: Database
    client: Client
    doors: tuple[httpx2.AsyncClient, httpx2.AsyncClient]

    @property
    def engine(self) -> LifecycleClient:
        """The author's way to the lifecycles."""
        return LifecycleClient(self.client)


async def keep(connection: Connection, org: OrgCopy) -> None:
    """The organisation, with an author for every race."""
    for department in DEPARTMENTS:
        await org.keep(connection, DepartmentChanged(department=department))
    for one in (*PEOPLE, *(person(plan.person, "east", Role.MANAGER) for plan in AUTHORS)):
        await org.keep(connection, PersonChanged(person=one))


def review_process(database: Database, client: Client) -> httpx2.AsyncClient:
    """A process of the review API, with its own connections."""

    async def stage(plan_id: str) -> Stage | None:
        async with database.transaction() as connection:
            return await stage_of(connection, plan_id)

    app = review_app(
        database=database,
        gateway=CommandGateway(database, review.COMMANDS, LifecycleClient(client), stage),
        authenticator=Authenticator(Names(), OrgCache(database, review.ORG, age=0).get),
        checks={},
    )
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://review/v1")


@pytest.fixture
async def house(
    servers: EmbeddedServers, owner_url: str, databases: Callable[[str], Database]
) -> AsyncIterator[House]:
    """Workers on real stores, and two review APIs that share nothing but the servers."""
    settings = ProcessSettings(temporal_address=servers.temporal.address)
    kept, reviewed, other = databases("plans"), databases("review"), database_for(owner_url, "review")
    await settle_in(kept)
    for database, org in ((kept, plans.ORG), (reviewed, review.ORG)):
        async with database.transaction() as connection:
            await keep(connection, org)
    client = await connect(settings)
    owners = (
        (PLANS_QUEUE, PlansActivities, PlansActivitiesImpl(kept, OrgCache(kept, plans.ORG, age=0))),
        (REVIEW_QUEUE, ReviewActivities, ReviewActivitiesImpl(reviewed)),
    )
    async with AsyncExitStack() as stack:
        stack.enter_context(workflows_run_here())
        stack.push_async_callback(other.close)
        working = await connect(settings, lazy=False)
        await stack.enter_async_context(lifecycle_worker(working, settings))
        for queue, contract, activities in owners:
            bound = activities_of(contract, activities)
            await stack.enter_async_context(
                Worker(working, task_queue=queue, activities=bound, build_id=BUILD)
            )
        doors = (
            await stack.enter_async_context(review_process(reviewed, client)),
            await stack.enter_async_context(review_process(other, await connect(settings))),
        )
        yield House(kept, reviewed, client, doors)
        for plan in AUTHORS:
            with suppress(RPCError):
                await client.get_workflow_handle(plan.workflow_id).terminate()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # type: ignore[misc]
            await asyncio.sleep(0.05)


async def waits_for_hr(house: House, plan: PlanRef) -> None:
    """A plan that its author has submitted, with its round open."""
    given = lifecycle_input(plan=plan)
    await house.client.start_workflow(
        PLAN_LIFECYCLE,
        given,
        id=plan.workflow_id,
        task_queue=LIFECYCLE_QUEUE,
        search_attributes=at_start(plan),
    )

    async def opened() -> bool:
        query = select(plans.plans.c.id).where(plans.plans.c.id == plan.plan_id)
        async with house.plans.transaction() as connection:
            return (await connection.execute(query)).first() is not None

    async def told() -> bool:
        answer = await house.doors[0].get(f"/reviews/{plan.plan_id}", headers=bearer("hr1"))
        return answer.status_code == 200

    await until(opened)
    async with house.plans.transaction() as connection:
        await drafts.write(connection, plan.plan_id, GOOD)
    await house.engine.command(
        Command(
            command_id=command_id("plans", plan.person, "the-submission"),
            move=Move.SUBMIT,
            plan=plan,
            actor=plan.person,
            party=Party.AUTHOR,
            expected_version=1,
        )
    )
    await until(told)


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


async def decide(door: httpx2.AsyncClient, plan: PlanRef, who: str, move: str) -> httpx2.Response:
    headers = bearer(who) | {"Idempotency-Key": f"{move}-{plan.person}", "If-Match": '"2"'}
    return await door.post(f"/reviews/{plan.plan_id}/{move}", json={"note": "because"}, headers=headers)


async def race(house: House, number: int, plan: PlanRef) -> tuple[httpx2.Response, httpx2.Response]:
    """Who won, and what the other was told."""
    one, two = house.doors
    tries = [decide(one, plan, "hr1", "approve"), decide(two, plan, "hr2", "return")]
    answers = await asyncio.gather(*(tries if number % 2 else tries[::-1]))
    (won,) = [answer for answer in answers if answer.status_code == 200]
    (lost,) = [answer for answer in answers if answer.status_code != 200]
    return won, lost


async def test_of_two_decisions_at_two_processes_one_is_kept_by_every_store(house: House) -> None:
    await asyncio.gather(*(waits_for_hr(house, plan) for plan in AUTHORS))
    results = await asyncio.gather(*(race(house, number, plan) for number, plan in enumerate(AUTHORS)))
    for won, lost in results:
        told = lost.json()
        assert (lost.status_code, told["code"]) == (409, "move.already_decided"), lost.text
        assert (told["actor"], told["move"]) == (won.json()["actor"], won.json()["move"])
    winners = {won.json()["plan_id"]: won.json()["actor"] for won, _ in results}
    lines = select(plans.ledger.c.plan_id, plans.ledger.c.actor).where(plans.ledger.c.version == 3)
    async with house.plans.transaction() as connection:
        assert sorted(map(tuple, await connection.execute(lines))) == sorted(winners.items())
    letters = review.OUTBOX.letters
    decided = select(letters.c.body).where(letters.c.subject == DecisionRecordedEvent.subject())
    async with house.review.transaction() as connection:
        events = [row.body["data"] for row in await connection.execute(decided)]
    assert sorted((event["plan"]["person"], event["actor"]) for event in events) == sorted(
        (parse_plan_id(plan_id).person, actor) for plan_id, actor in winners.items()
    )


async def test_one_key_sent_to_two_services_is_two_commands(house: House) -> None:
    ended, approved = AUTHORS[:2]
    await asyncio.gather(waits_for_hr(house, ended), waits_for_hr(house, approved))
    await house.engine.command(
        Command(
            command_id=command_id("plans", "hr1", f"approve-{approved.person}"),
            move=Move.CANCEL,
            plan=ended,
            actor="hr1",
            party=Party.HR,
            expected_version=2,
            note="because",
        )
    )
    answer = await decide(house.doors[0], approved, "hr1", "approve")
    assert (answer.status_code, answer.json()["stage"]) == (200, Stage.LEADER_REVIEW), answer.text
