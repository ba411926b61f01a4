"""Notify on a real database, driven as its process drives it: events in, deliveries out."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy import select, update

from services.notify.delivery import CallsWebhooks, Pace, Sender, SendsMail
from services.notify.domain.schedule import RetrySchedule
from services.notify.domain.values import Delivery, Message, Preferences
from services.notify.mail import Mailer
from services.notify.reactions import Telling
from services.notify.smtp import SmtpServer
from services.notify.store import deliveries, messages, tables, webhooks
from services.notify.store.deliveries import Scope
from services.notify.store.tables import ORG, OUTBOX
from services.notify.webhooks import Caller
from shared.bus.consumer import Consumer, Reaction
from shared.bus.jetstream import Bus
from shared.contracts.events import DepartmentChanged, Event, PersonChanged, StageEntered
from shared.contracts.ids import PlanRef
from shared.contracts.notices import PlanApproved
from shared.contracts.words import Move, Stage
from shared.org.copy import OrgCache
from shared.org.organisation import Organisation
from shared.store.db import Database
from shared.store.outbox import cloud_event
from tests.integration.notify.receivers import SECRET

EAGER = RetrySchedule(first=timedelta(0), attempts=4)
SOON = Pace(quiet=0.02, grace=0.5, retries=EAGER)
PLAN = PlanRef(company="acme", month="2026-03", person="p017", department="sales")
APPROVED = PlanApproved(plan=PLAN, actor="l1", stage=Stage.TRACKING)


def body_of(event: Event, event_id: UUID) -> bytes:
    """The event as the stream carries it."""
    envelope = cloud_event(event, event_id=event_id, source="/monthline/plans", at=datetime.now(UTC))
    return json.dumps(envelope, ensure_ascii=False).encode()


def told(*recipients: str, reason: str = f"{PLAN.plan_id}:moved:3", **changes: Any) -> StageEntered:
    """A plan was approved, and these people are to be told."""
    notices = tuple(changes.get("said", APPROVED).to(recipient, reason) for recipient in recipients)
    return StageEntered(
        plan=changes.get("plan", PLAN),
        move=Move.APPROVE,
        actor="l1",
        stage=Stage.TRACKING,
        version=3,
        at=datetime.now(UTC),
        notices=notices,
    )


@dataclass
class House:
    """Notify without its process: what it would do with an event, what it would send now."""

    database: Database
    by_mail: bool = True
    people: OrgCache = field(init=False)
    _events: Reaction = field(init=False)

    def __post_init__(self) -> None:
        self.people = OrgCache(self.database, ORG, age=0)
        _, self._events = Telling(self.people, by_mail=self.by_mail, zone="Asia/Shanghai").reactions()

    async def know(self, organisation: Organisation) -> None:
        """Take an organisation into the copy."""
        facts: list[Event] = [
            *(PersonChanged(person=each) for each in organisation.people.values()),
            *(DepartmentChanged(department=each) for each in organisation.departments.values()),
        ]
        async with self.database.transaction() as connection:
            for fact in facts:
                await ORG.keep(connection, fact)

    @property
    def consumer(self) -> Consumer:
        """The consumer of every event; nothing of it is connected to NATS."""
        return Consumer(self.database, OUTBOX, Bus("nats://nowhere", name="tests"), self._events)

    async def hear(self, event: Event, event_id: UUID | None = None) -> bytes:
        """Have one delivery of an event taken; the body it came with."""
        body = body_of(event, event_id or uuid4())
        await self.consumer.apply(event.subject(), body)
        return body

    async def subscribe(self, webhook_id: str, url: str, *events: str) -> None:
        """Keep a webhook, for every event when none is named; its URL is not checked here."""
        async with self.database.transaction() as connection:
            await webhooks.keep(connection, webhook_id, url, events or ("monthline.>",), SecretStr(SECRET))

    async def prefer(self, person: str, *, mail: bool) -> None:
        """Keep a person's preferences."""
        async with self.database.transaction() as connection:
            await messages.prefer(connection, person, Preferences(mail=mail))

    async def inbox(self, person: str) -> list[Message]:
        """A person's messages, newest first."""
        async with self.database.transaction() as connection:
            return await messages.inbox(connection, person, unread=False, before=None, limit=100)

    async def deliveries(self) -> list[Delivery]:
        """Everything in the queue, oldest first."""
        async with self.database.transaction() as connection:
            found = await deliveries.listed(
                connection, Scope(everything=True), plan_id=None, state=None, before=None, limit=500
            )
        return found[::-1]

    async def bodies(self) -> list[str | None]:
        """The bodies in the queue, oldest first."""
        query = select(tables.deliveries.c.body).order_by(tables.deliveries.c.id)
        async with self.database.transaction() as connection:
            return list((await connection.execute(query)).scalars())

    async def age(self, **times: timedelta) -> None:
        """Let time pass for the whole queue."""
        later = {name: tables.deliveries.c[name] - by for name, by in times.items()}
        async with self.database.transaction() as connection:
            await connection.execute(update(tables.deliveries).values(later))

    async def send_again(self, delivery_id: int) -> Delivery | None:
        """Queue what was given up once more."""
        async with self.database.transaction() as connection:
            return await deliveries.send_again(connection, Scope(everything=True), delivery_id)

    def sender(
        self,
        *,
        smtp: str = "",
        mailer: SendsMail | None = None,
        caller: CallsWebhooks | None = None,
        pace: Pace = SOON,
    ) -> Sender:
        """A sender towards the receivers of a test."""
        if smtp:
            mailer = Mailer(SmtpServer.at(smtp), "monthline@company.example", seconds=1)
        return Sender(
            self.database,
            self.people,
            mailer=mailer,
            caller=caller or Caller(allow_private=True, seconds=1),
            pace=pace,
        )
