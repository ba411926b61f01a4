"""What notify does with an event: messages kept, mails and calls queued, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.notify.domain.values import Channel
from services.notify.rendering import render
from services.notify.store import deliveries, messages, webhooks
from services.notify.store.deliveries import NewDelivery
from services.notify.store.messages import NewMessage
from services.notify.store.tables import ORG
from services.notify.store.webhooks import Subscription
from shared.base import log
from shared.bus.consumer import Reaction, each
from shared.bus.envelope import Meta, Told
from shared.bus.jetstream import SUBJECTS
from shared.contracts.events import Event
from shared.contracts.ids import PlanRef
from shared.contracts.notices import Notice
from shared.contracts.subjects import wanted
from shared.org.copy import ORG_EVENTS, OrgCache
from shared.org.organisation import Organisation
from shared.store.db import Connection
from shared.telemetry import metrics

logger = log.get(__name__)
DURABLES: Mapping[str, tuple[str, ...]] = {
    "notify-org": tuple(kind.subject() for kind in ORG_EVENTS),
    "notify-events": (SUBJECTS,),
}
"""What notify listens to, by durable."""


@dataclass(frozen=True)
class Fact:
    """An event, and the plan and department it is about, as far as anybody can say."""

    told: Told
    plan_id: str | None
    department: str | None


class Telling:
    """Tells people and webhooks of events; it resolves nobody: an event names whom it is for.

    ``by_mail`` is whether this deployment sends mails at all.
    """

    def __init__(self, people: OrgCache, *, by_mail: bool, zone: str) -> None:
        self._people = people
        self._by_mail = by_mail
        self._zone = zone

    def reactions(self) -> tuple[Reaction, ...]:
        """The durable consumers: the organisation's copy first, then every event."""
        handlers = {"notify-org": each(self.keep_org), "notify-events": self.tell}
        return tuple(Reaction(durable, DURABLES[durable], handlers[durable]) for durable in DURABLES)

    async def keep_org(self, connection: Connection, event: Event, meta: Meta) -> None:
        """Take a fact of the directory into the copy."""
        await ORG.keep(connection, event)

    async def tell(self, connection: Connection, several: Sequence[Told]) -> None:
        """Keep the events' messages and queue their mails and calls, all or nothing."""
        organisation = await self._people.get(connection)
        facts = [_fact(told) for told in several]
        mails = await self._mails(connection, facts, organisation)
        subscribed = await webhooks.subscriptions(connection)
        calls = [call for fact in facts for call in _calls(fact, subscribed)]
        await deliveries.queue(connection, [*mails, *calls])

    async def _mails(
        self, connection: Connection, facts: Sequence[Fact], organisation: Organisation
    ) -> list[NewDelivery]:
        """The mails of those messages that are news, to everybody who wants any."""
        words: dict[tuple[str, str], tuple[Fact, NewMessage]] = {}
        for fact, notice in _notices(facts):
            # Of those with the same recipient and reason the first is kept.
            if (notice.recipient, notice.reason) not in words:
                message = _message(notice, organisation, self._zone)
                words[notice.recipient, notice.reason] = (fact, message)
        news = await messages.add(connection, [message for _, message in words.values()])
        metrics.MESSAGES.inc(len(news))
        if not (news and self._by_mail):
            return []
        silent = await messages.without_mail(connection, (recipient for recipient, _ in news))
        return [
            _mail(message, news[cause], fact)
            for cause, (fact, message) in words.items()
            if cause in news and message.recipient not in silent
        ]


def _notices(facts: Sequence[Fact]) -> Iterator[tuple[Fact, Notice]]:
    for fact in facts:
        for notice in fact.told.event.notices:
            yield fact, notice


def _fact(told: Told) -> Fact:
    plan = plan_of(told.event)
    return Fact(told, plan.plan_id if plan else None, plan.department if plan else None)


def plan_of(event: Event) -> PlanRef | None:
    """The plan that an event is about, if it is about one."""
    for source in (event, *(getattr(event, name, None) for name in ("submission", "closed", "score"))):
        plan = getattr(source, "plan", None)
        if isinstance(plan, PlanRef):
            return plan
    return None


def _message(notice: Notice, organisation: Organisation, zone: str) -> NewMessage:
    if notice.said is None:
        metrics.UNKNOWN_NOTICES.inc()
        logger.warning("notice.unknown", name=notice.name)
    rendered = render(notice, organisation, zone=zone)
    plan_id = notice.plan.plan_id if notice.plan else None
    return NewMessage(notice.recipient, notice.reason, notice.name, plan_id, rendered)


def _mail(message: NewMessage, message_id: int, fact: Fact) -> NewDelivery:
    return NewDelivery(
        channel=Channel.MAIL,
        target=message.recipient,
        event_id=fact.told.meta.event_id,
        subject=message.rendered.subject,
        plan_id=message.plan_id,
        department=fact.department,
        message_id=message_id,
        trace=fact.told.meta.trace,
    )


def _calls(fact: Fact, subscribed: Sequence[Subscription]) -> Iterator[NewDelivery]:
    subject = fact.told.event.subject()
    for subscription in subscribed:
        if wanted(subscription.events, subject):
            yield NewDelivery(
                channel=Channel.WEBHOOK,
                target=subscription.id,
                event_id=fact.told.meta.event_id,
                subject=subject,
                plan_id=fact.plan_id,
                department=fact.department,
                body=fact.told.meta.body.decode(),
                trace=fact.told.meta.trace,
            )
