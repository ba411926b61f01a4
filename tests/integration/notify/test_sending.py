"""What is queued leaves once: troubles are retried, slow receivers hold up nobody else."""

import asyncio
from datetime import timedelta

from aiosmtpd.smtp import SMTP as Smtp
from aiosmtpd.smtp import Envelope, Session

from services.notify.delivery import Pace, Sender
from services.notify.domain.schedule import RetrySchedule
from services.notify.domain.values import DeliveryState
from services.notify.webhooks import Caller
from tests.integration.notify.house import EAGER, SOON, House, told
from tests.integration.notify.receivers import (
    Endless,
    MoodyMailServer,
    SilentGoodbye,
    WebhookReceiver,
    mail_server,
    never,
    receiving,
    status,
)
from tests.support.background import running

UNAVAILABLE = "451 try later"
BROKEN = "554 transaction failed"


async def _cut_short(sender: Sender, receiver: WebhookReceiver) -> None:
    """Let the sender die in the middle of a call."""
    before = len(receiver.calls)
    dying = asyncio.create_task(sender.send_once())
    while len(receiver.calls) == before:
        await asyncio.sleep(0.01)
    dying.cancel()
    await asyncio.wait([dying])


async def _states(house: House) -> list[tuple[DeliveryState, int]]:
    return [(one.state, one.attempts) for one in await house.deliveries()]


async def _send_all(sender: Sender, times: int = 6) -> None:
    for _ in range(times):
        await sender.send_once()


async def test_a_mail_server_with_500s_gets_one_mail_in_the_end(house: House) -> None:
    moody = MoodyMailServer(BROKEN, UNAVAILABLE)
    await house.hear(told("p017"))
    async with mail_server(moody) as smtp:
        await _send_all(house.sender(smtp=smtp))
    assert (moody.tries, len(moody.taken)) == (3, 1)
    assert await _states(house) == [(DeliveryState.SENT, 3)]


async def test_a_sender_that_is_stopped_waits_for_the_mail_on_its_way(house: House) -> None:
    moody = MoodyMailServer("250 taken, slowly")
    await house.hear(told("p017"))
    async with mail_server(moody) as smtp:
        pace = Pace(grace=5, retries=EAGER)
        async with running(house.sender(smtp=smtp, pace=pace).run()), asyncio.timeout(60):
            while not moody.tries:
                await asyncio.sleep(0.01)
    assert await _states(house) == [(DeliveryState.SENT, 1)]


async def test_a_mail_goes_to_the_address_the_directory_knows(house: House) -> None:
    recipients: list[str] = []

    class Listening(MoodyMailServer):
        async def handle_RCPT(
            self, server: Smtp, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            recipients.append(address)
            envelope.rcpt_tos.append(address)
            return "250 yes"

    await house.hear(told("p017"))
    async with mail_server(Listening()) as smtp:
        await house.sender(smtp=smtp).send_once()
    assert recipients == ["p017@example.com"]


async def test_after_the_last_attempt_a_delivery_is_kept_and_can_be_sent_again(house: House) -> None:
    moody = MoodyMailServer(*[UNAVAILABLE] * EAGER.attempts)
    await house.hear(told("p017"))
    async with mail_server(moody) as smtp:
        sender = house.sender(smtp=smtp)
        await _send_all(sender)
        [given_up] = await house.deliveries()
        assert (given_up.state, given_up.attempts) == (DeliveryState.FAILED, EAGER.attempts)
        assert given_up.last_error == "SMTPDataError (451)"
        await house.send_again(given_up.id)
        await _send_all(sender)
    assert len(moody.taken) == 1
    assert await _states(house) == [(DeliveryState.SENT, 1)]


async def test_what_was_sent_is_not_sent_again(house: House) -> None:
    moody = MoodyMailServer()
    await house.hear(told("p017"))
    async with mail_server(moody) as smtp:
        await house.sender(smtp=smtp).send_once()
        [sent] = await house.deliveries()
        again = await house.send_again(sent.id)
        await _send_all(house.sender(smtp=smtp))
    assert again == sent
    assert moody.tries == 1


async def test_a_failed_attempt_waits_before_the_next(house: House) -> None:
    moody = MoodyMailServer(UNAVAILABLE)
    await house.hear(told("p017"))
    patient = Pace(retries=RetrySchedule(first=timedelta(minutes=1)))
    async with mail_server(moody) as smtp:
        sender = house.sender(smtp=smtp, pace=patient)
        await _send_all(sender)
        assert moody.tries == 1
        await house.age(next_at=timedelta(minutes=1))
        await _send_all(sender)
    assert moody.tries == 2


async def test_a_mail_server_that_is_away_or_hangs_costs_an_attempt_and_no_mail(house: House) -> None:
    moody = MoodyMailServer("hang")
    await house.hear(told("p017"))
    await house.sender(smtp="smtp://127.0.0.1:9").send_once()
    [away] = await house.deliveries()
    async with mail_server(moody) as smtp:
        sender = house.sender(smtp=smtp)
        await sender.send_once()
        [hung] = await house.deliveries()
        await sender.send_once()
    assert (away.attempts, away.last_error) == (1, "SMTPConnectError")
    assert (hung.attempts, hung.state) == (2, DeliveryState.PENDING)
    assert len(moody.taken) == 1


async def test_a_mail_server_that_never_says_goodbye_has_the_mail_once(house: House) -> None:
    moody = MoodyMailServer()
    await house.hear(told("p017"))
    async with mail_server(moody, SilentGoodbye) as smtp:
        await _send_all(house.sender(smtp=smtp), times=2)
    assert len(moody.taken) == 1
    assert await _states(house) == [(DeliveryState.SENT, 1)]


async def test_a_webhook_call_can_be_verified_and_carries_the_event_as_it_came(house: House) -> None:
    receiver = WebhookReceiver([status("500 Oops")])
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        body = await house.hear(told())
        await _send_all(house.sender())
    first, second = receiver.calls
    assert first.verified
    assert second.verified
    assert second.body == body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert second.headers["content-type"].startswith("application/cloudevents+json")
    assert await _states(house) == [(DeliveryState.SENT, 2)]


async def test_a_redirect_is_not_followed(house: House) -> None:
    elsewhere = WebhookReceiver()
    async with receiving(elsewhere) as other:
        receiver = WebhookReceiver([status("302 Found", f"Location: {other}")])
        async with receiving(receiver) as url:
            await house.subscribe("payroll", url)
            await house.hear(told())
            await house.sender().send_once()
    assert elsewhere.calls == []
    [put_off] = await house.deliveries()
    assert put_off.last_error == "answered 302"


async def test_an_answer_without_end_is_not_read_to_its_end(house: House) -> None:
    endless = Endless()
    receiver = WebhookReceiver([endless])
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        await house.hear(told())
        await house.sender(caller=Caller(allow_private=True, seconds=5)).send_once()
    assert await _states(house) == [(DeliveryState.SENT, 1)]
    assert endless.sent < 16 * 1024 * 1024


async def test_a_slow_receiver_holds_up_its_own_lane_only(house: House) -> None:
    slow, quick = WebhookReceiver([never] * 40), WebhookReceiver()
    pace = Pace(at_once=8, per_lane=3, quiet=0.02, grace=0.1, retries=EAGER)
    async with receiving(slow) as slow_url, receiving(quick) as quick_url:
        await house.subscribe("a-slow", slow_url)
        await house.subscribe("b-quick", quick_url)
        for _ in range(20):
            await house.hear(told())
        sender = house.sender(caller=Caller(allow_private=True, seconds=20), pace=pace)
        async with running(sender.run()), asyncio.timeout(60):
            while len(quick.calls) < 20:
                await asyncio.sleep(0.01)
        assert len(slow.calls) == pace.per_lane


async def test_several_senders_send_nothing_twice(house: House) -> None:
    receiver = WebhookReceiver()
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        for _ in range(30):
            await house.hear(told())
        senders = [house.sender() for _ in range(3)]
        for _ in range(6):
            await asyncio.gather(*(sender.send_once() for sender in senders))
    ids = [call.headers["webhook-id"] for call in receiver.calls]
    assert len(ids) == len(set(ids)) == 30


async def test_what_a_dead_sender_had_taken_is_taken_again_after_its_lease(house: House) -> None:
    receiver = WebhookReceiver([never])
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        await house.hear(told())
        await _cut_short(house.sender(), receiver)
        assert await house.sender().send_once() == 0
        await house.age(next_at=SOON.lease)
        assert await house.sender().send_once() == 1
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert await _states(house) == [(DeliveryState.SENT, 2)]


async def test_a_delivery_whose_every_attempt_was_cut_short_is_given_up(house: House) -> None:
    receiver = WebhookReceiver([never] * 10)
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        await house.hear(told())
        for _ in range(EAGER.attempts):
            await _cut_short(house.sender(), receiver)
            await house.age(next_at=SOON.lease)
        await house.sender().send_once()
    assert len(receiver.calls) == EAGER.attempts
    [given_up] = await house.deliveries()
    assert (given_up.state, given_up.last_error) == (DeliveryState.FAILED, "every attempt was cut short")


async def test_a_sender_that_is_stopped_lets_what_is_on_its_way_arrive(house: House) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        await status("200 OK")(writer)

    receiver = WebhookReceiver([slow])
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        await house.hear(told())
        async with running(house.sender().run()):
            while not receiver.calls:
                await asyncio.sleep(0.01)
    assert await _states(house) == [(DeliveryState.SENT, 1)]


async def test_a_private_address_is_not_called_even_when_it_was_kept(house: House) -> None:
    receiver = WebhookReceiver()
    async with receiving(receiver) as url:
        await house.subscribe("payroll", url)
        await house.hear(told())
        await house.sender(caller=Caller()).send_once()
    assert receiver.calls == []
    [put_off] = await house.deliveries()
    assert put_off.last_error == "not allowed: port"


async def test_without_a_mail_server_what_was_queued_before_waits(house: House) -> None:
    await house.hear(told("p017"))
    await house.sender().send_once()
    [put_off] = await house.deliveries()
    assert (put_off.state, put_off.last_error) == (DeliveryState.PENDING, "no SMTP server is set")
