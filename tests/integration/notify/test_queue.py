"""The queue under troubles: late senders, removed webhooks, a store that is away, a channel that breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from pydantic import SecretStr

from services.notify.delivery import Sender
from services.notify.domain.values import Channel, DeliveryState, Rendered
from services.notify.mail import Envelope, Mailer
from services.notify.smtp import SmtpServer
from services.notify.store import claims, deliveries, webhooks
from services.notify.store.claims import Claimed
from services.notify.webhooks import Caller
from shared.contracts.refusals import StoreDown
from shared.store.db import Connection, Database
from tests.integration.notify.house import SOON, House, told
from tests.integration.notify.receivers import SECRET, MoodyMailServer, mail_server
from tests.support.background import running
from tests.unit.services.notify.build import organisation, person


class BrokenMailer:
    """Fails in a way nobody foresaw for one person, and takes the mails of all others."""

    def __init__(self, cannot: str) -> None:
        self._cannot = cannot
        self.taken: list[str] = []

    async def send(self, rendered: Rendered, to: Envelope) -> None:
        if to.address.startswith(self._cannot):
            raise RuntimeError("a mistake of the programmers")
        self.taken.append(to.address)

    async def hang_up(self) -> None:
        pass


class AwayAtFirst(Database):
    """The database of a house, which cannot be reached the first times it is asked."""

    def __init__(self, behind: Database, times: int) -> None:
        self._behind = behind
        self.times = times

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Connection]:
        """A connection, when the store is there."""
        if self.times:
            self.times -= 1
            raise StoreDown(retry_after=2)
        async with self._behind.autocommit() as connection:
            yield connection


async def _claim(house: House) -> Claimed:
    async with house.database.transaction() as connection:
        [claimed] = await claims.claim(connection, busy={}, per_lane=9, limit=9, lease=SOON.lease)
    return claimed


async def test_a_late_sender_does_not_put_off_what_another_has_taken_over(house: House) -> None:
    await house.hear(told("p017"))
    late = await _claim(house)
    await house.age(next_at=SOON.lease)
    await _claim(house)
    async with house.database.transaction() as connection:
        await claims.mark_failed(connection, late, "too late", timedelta(0))
    [taken_over] = await house.deliveries()
    assert (taken_over.attempts, taken_over.last_error) == (2, None)


async def test_lanes_that_are_busy_get_only_what_they_have_room_for(house: House) -> None:
    for number in range(5):
        await house.hear(told("p017", reason=str(number)))
    async with house.database.transaction() as connection:
        claimed = await claims.claim(connection, busy={"mail": 2}, per_lane=3, limit=9, lease=SOON.lease)
    assert [one.id for one in claimed] == [1]


async def test_what_is_queued_while_a_webhook_is_removed_is_given_up_with_it(house: House) -> None:
    await house.subscribe("payroll", "https://hooks.example.com/")

    async def remove() -> None:
        async with house.database.transaction() as connection:
            await webhooks.remove(connection, "payroll")

    async with house.database.transaction() as connection:
        await webhooks.subscriptions(connection)
        removing = asyncio.create_task(remove())
        await asyncio.sleep(0.2)
        assert not removing.done()
        await deliveries.queue(
            connection,
            [
                deliveries.NewDelivery(
                    channel=Channel.WEBHOOK,
                    target="payroll",
                    event_id="e1",
                    subject="monthline.plans.stage_entered.v1",
                    plan_id=None,
                    department=None,
                    body="{}",
                )
            ],
        )
    await removing
    [given_up] = await house.deliveries()
    assert given_up.state is DeliveryState.FAILED


async def test_a_webhook_may_be_changed_while_events_are_taken(house: House) -> None:
    await house.subscribe("payroll", "https://hooks.example.com/")
    async with house.database.transaction() as taking:
        await webhooks.subscriptions(taking)
        async with asyncio.timeout(60), house.database.transaction() as changing:
            await webhooks.keep(
                changing, "payroll", "https://x.example.com/", ("monthline.>",), SecretStr(SECRET)
            )


async def test_one_delivery_that_cannot_be_tried_stops_no_other(house: House) -> None:
    await house.hear(told("p017", "l1"))
    mailer = BrokenMailer(cannot="p017")
    await house.sender(mailer=mailer).send_once()
    assert mailer.taken == ["l1@example.com"]
    broken, sent = await house.deliveries()
    assert (broken.state, broken.last_error) == (DeliveryState.PENDING, "RuntimeError")
    assert sent.state is DeliveryState.SENT


async def test_a_mail_waits_for_the_directory_to_tell_of_its_recipient(house: House) -> None:
    moody = MoodyMailServer()
    await house.hear(told("p999"))
    async with mail_server(moody) as smtp:
        await house.sender(smtp=smtp).send_once()
        [unknown] = await house.deliveries()
        await house.know(organisation(person("p999")))
        await house.sender(smtp=smtp).send_once()
    assert unknown.last_error == "the recipient is not known yet"
    assert len(moody.taken) == 1


class Swallowing(Database):
    """A database whose cancelled connections look as if it were away."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Connection]:
        """No connection."""
        self.asked.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise StoreDown(retry_after=2) from None
        yield Connection.__new__(Connection)


async def test_a_sender_ends_although_a_library_swallowed_its_cancellation(house: House) -> None:
    away = Swallowing()
    sender = Sender(away, house.people, mailer=None, caller=Caller(), pace=SOON)
    async with running(sender.run()) as sending:
        await away.asked.wait()
        sending.cancel()
        _, left = await asyncio.wait([sending], timeout=5)
        assert not left


async def test_a_store_that_is_away_for_a_while_loses_nothing(house: House) -> None:
    moody = MoodyMailServer()
    await house.hear(told("p017"))
    away = AwayAtFirst(house.database, times=3)
    async with mail_server(moody) as smtp:
        mailer = Mailer(SmtpServer.at(smtp), "monthline@company.example")
        patient = Sender(away, house.people, mailer=mailer, caller=Caller(), pace=SOON)
        async with running(patient.run()), asyncio.timeout(60):
            while not moody.taken:
                await asyncio.sleep(0.01)
    assert away.times == 0
    assert [one.state for one in await house.deliveries()] == [DeliveryState.SENT]


async def test_a_reason_is_kept_once_even_by_two_events_in_the_same_instant(house: House) -> None:
    await asyncio.gather(*(house.hear(told("p017", "l1")) for _ in range(8)))
    assert len(await house.inbox("p017")) == 1
    assert len(await house.deliveries()) == 2
