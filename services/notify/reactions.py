"""What notify does with an event: messages kept, mails and calls queued, in one transaction."""

from collections.abc import Mapping

from services.notify.domain.subjects import wanted
from services.notify.domain.values import Channel
from services.notify.rendering import render
from services.notify.store import deliveries, messages, webhooks
from services.notify.store.deliveries import NewDelivery
from services.notify.store.messages import NewMessage
from services.notify.store.tables import ORG
from shared import metrics
from shared.bus import SUBJECTS
from shared.consumer import Meta, Poison, Reaction
from shared.contracts.events import Event, Notice
from shared.contracts.ids import PlanRef
from shared.db import Connection
from shared.org.copy import ORG_EVENTS, OrgCache
from shared.org.organisation import Organisation

DURABLES: Mapping[str, tuple[str, ...]] = {
    "notify-org": tuple(kind.subject() for kind in ORG_EVENTS),
    "notify-events": (SUBJECTS,),
}
"""What notify listens to, by durable."""


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
        handlers = {"notify-org": self.keep_org, "notify-events": self.tell}
        return tuple(Reaction(durable, DURABLES[durable], handlers[durable]) for durable in DURABLES)

    async def keep_org(self, connection: Connection, event: Event, meta: Meta) -> None:
        """Take a fact of the directory into the copy."""
        await ORG.keep(connection, event)

    async def tell(self, connection: Connection, event: Event, meta: Meta) -> None:
        """Keep the event's messages and queue its mails and calls, all or nothing."""
        plan_id, department = await self._about(event)
        if event.notices:
            await self._tell_people(connection, event, meta, department)
        await _queue_calls(connection, event, meta, plan_id, department)

    async def _about(self, event: Event) -> tuple[str | None, str | None]:
        plan, department = plan_of(event)
        if plan is not None and department is None:
            author = (await self._people.get()).person(plan.person)
            department = author.department if author else None
        return (plan.plan_id if plan else None), department

    async def _tell_people(
        self, connection: Connection, event: Event, meta: Meta, department: str | None
    ) -> None:
        organisation = await self._people.get()
        new = [_message(notice, organisation, self._zone) for notice in event.notices]
        news = await messages.add(connection, new)
        metrics.MESSAGES.inc(len(news))
        if not (news and self._by_mail):
            return
        silent = await messages.without_mail(connection, (recipient for recipient, _ in news))
        await deliveries.queue(
            connection,
            [
                _mail(one, news[one.recipient, one.reason], meta, department)
                for one in _by_cause(new).values()
                if (one.recipient, one.reason) in news and one.recipient not in silent
            ],
        )


def plan_of(event: Event) -> tuple[PlanRef | None, str | None]:
    """The plan an event is about and its department, as far as the event says."""
    for source in (event, *(getattr(event, name, None) for name in ("submission", "closed", "score"))):
        plan = getattr(source, "plan", None)
        if isinstance(plan, PlanRef):
            return plan, getattr(source, "department", None)
    return None, None


def _message(notice: Notice, organisation: Organisation, zone: str) -> NewMessage:
    try:
        rendered = render(notice, organisation, zone=zone)
    except ValueError as error:
        raise Poison(str(error)) from error
    plan_id = notice.parameters.get("plan") or None
    return NewMessage(notice.recipient, notice.reason, notice.template, plan_id, rendered)


def _by_cause(new: list[NewMessage]) -> Mapping[tuple[str, str], NewMessage]:
    """The first of those with the same recipient and reason: the one that was kept."""
    first: dict[tuple[str, str], NewMessage] = {}
    for one in new:
        first.setdefault((one.recipient, one.reason), one)
    return first


def _mail(message: NewMessage, message_id: int, meta: Meta, department: str | None) -> NewDelivery:
    return NewDelivery(
        channel=Channel.MAIL,
        target=message.recipient,
        event_id=meta.event_id,
        subject=message.rendered.subject,
        plan_id=message.plan_id,
        department=department,
        message_id=message_id,
    )


async def _queue_calls(
    connection: Connection, event: Event, meta: Meta, plan_id: str | None, department: str | None
) -> None:
    subject = event.subject()
    subscribed = await webhooks.subscriptions(connection)
    await deliveries.queue(
        connection,
        [
            NewDelivery(
                channel=Channel.WEBHOOK,
                target=subscription.id,
                event_id=meta.event_id,
                subject=subject,
                plan_id=plan_id,
                department=department,
                body=meta.body.decode(),
            )
            for subscription in subscribed
            if wanted(subscription.events, subject)
        ],
    )
