"""What review keeps of the facts that others tell."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from services.review.reactions import REACTIONS
from services.review.store import plans
from services.review.store.tables import ORG, OUTBOX
from shared.bus.consumer import Consumer
from shared.bus.jetstream import Bus
from shared.contracts.events import Event, PersonChanged, StageEntered
from shared.contracts.words import Move, Role, Stage
from shared.store.db import Database
from shared.store.outbox import cloud_event
from tests.unit.services.review.build import NOW, PLAN, person


async def deliver(database: Database, event: Event, times: int = 1) -> None:
    """Deliver one message to whichever reaction listens to it, as often as asked."""
    (reaction,) = [each for each in REACTIONS if event.subject() in each.subjects]
    consumer = Consumer(database, OUTBOX, Bus("nats://nowhere", name="tests"), reaction)
    body = json.dumps(cloud_event(event, event_id=uuid4(), source="/tests", at=datetime.now(UTC))).encode()
    for _ in range(times):
        await consumer.apply(event.subject(), body)


def entered(stage: Stage, version: int) -> StageEntered:
    return StageEntered(plan=PLAN, move=Move.CLOSE, actor="author", stage=stage, version=version, at=NOW)


async def stage(database: Database) -> Stage | None:
    async with database.transaction() as connection:
        return await plans.stage_of(connection, PLAN.plan_id)


async def test_the_newest_stage_of_a_plan_is_kept_in_whatever_order_it_is_told(database: Database) -> None:
    assert await stage(database) is None
    await deliver(database, entered(Stage.CLOSING, 5), times=3)
    await deliver(database, entered(Stage.TRACKING, 4))
    assert await stage(database) is Stage.CLOSING


async def test_a_change_of_a_person_is_kept(database: Database) -> None:
    newer = person("hr1", Role.AUDITOR).model_copy(update={"version": 7})
    await deliver(database, PersonChanged(person=newer))
    async with database.transaction() as connection:
        organisation = await ORG.load(connection)
    assert organisation.person("hr1") == newer
