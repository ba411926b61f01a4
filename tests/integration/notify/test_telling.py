"""What becomes of an event: one message, one mail and one call for each cause, or nothing at all."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from services.notify.domain.values import Channel, DeliveryState
from services.notify.store.tables import OUTBOX
from shared.contracts.events import DraftChanged
from shared.contracts.words import Language
from shared.migrations.run import service_url
from shared.store.db import Database
from shared.telemetry import metrics
from tests.integration.notify.house import PLAN, House, told
from tests.support.databases import SECRET


async def test_an_event_that_comes_three_times_tells_once(house: House) -> None:
    await house.subscribe("payroll", "https://hooks.example.com/")
    event, event_id = told("p017"), uuid4()
    for _ in range(3):
        await house.hear(event, event_id)
    assert len(await house.inbox("p017")) == 1
    assert [(one.channel, one.target) for one in await house.deliveries()] == [
        (Channel.MAIL, "p017"),
        (Channel.WEBHOOK, "payroll"),
    ]


async def test_an_event_that_comes_again_after_the_inbox_has_forgotten_it_tells_once(house: House) -> None:
    await house.subscribe("payroll", "https://hooks.example.com/")
    event, event_id = told("p017"), uuid4()
    await house.hear(event, event_id)
    async with house.database.transaction() as connection:
        await OUTBOX.forget(connection, told=0, taken=0)
    await house.hear(event, event_id)
    assert len(await house.inbox("p017")) == 1
    assert [one.target for one in await house.deliveries()] == ["p017", "payroll"]


async def test_two_events_with_one_reason_tell_once(house: House) -> None:
    await house.hear(told("p017"))
    await house.hear(told("p017"))
    assert len(await house.inbox("p017")) == 1
    assert len(await house.deliveries()) == 1


async def test_one_event_that_names_somebody_twice_for_one_reason_tells_once(house: House) -> None:
    await house.hear(told("p017", "l1", "p017"))
    assert len(await house.inbox("p017")) == 1
    assert sorted(one.target for one in await house.deliveries()) == ["l1", "p017"]


async def test_another_reason_is_another_message(house: House) -> None:
    await house.hear(told("p017", reason="one"))
    await house.hear(told("p017", reason="two"))
    assert [message.reason for message in await house.inbox("p017")] == ["two", "one"]


async def test_everybody_reads_their_own_language(house: House) -> None:
    await house.hear(told("p017", "l1"))
    [chinese], [english] = await house.inbox("p017"), await house.inbox("l1")
    assert (chinese.language, chinese.subject) == (Language.ZH, "已通过：张伟的2026年3月工作计划")
    assert (english.language, english.subject) == (
        Language.EN,
        "Approved: work plan of Zhang Wei for March 2026",
    )


async def test_who_wants_no_mail_still_has_the_inbox(house: House) -> None:
    await house.prefer("p017", mail=False)
    await house.hear(told("p017", "l1"))
    assert len(await house.inbox("p017")) == 1
    assert [one.target for one in await house.deliveries()] == ["l1"]


async def test_without_a_mail_server_no_mail_is_queued(house: House) -> None:
    await replace(house, by_mail=False).hear(told("p017"))
    assert len(await house.inbox("p017")) == 1
    assert await house.deliveries() == []


async def test_a_webhook_gets_the_events_it_asked_for_as_they_came(house: House) -> None:
    await house.subscribe("moves", "https://hooks.example.com/", "monthline.plans.stage_entered.v1")
    await house.subscribe("reviews", "https://hooks.example.com/", "monthline.review.>")
    body = await house.hear(told())
    await house.hear(DraftChanged(plan=PLAN, content_version=2))
    [call] = await house.deliveries()
    assert (call.target, call.subject) == ("moves", "monthline.plans.stage_entered.v1")
    assert await house.bodies() == [body.decode()]


async def test_a_delivery_names_the_plan_and_its_department(house: House) -> None:
    await house.subscribe("all", "https://hooks.example.com/")
    await house.hear(told("l1"))
    await house.hear(
        DraftChanged(
            plan=PLAN.model_copy(update={"person": "p020", "department": "production"}), content_version=1
        )
    )
    assert [(one.plan_id, one.department) for one in await house.deliveries()] == [
        ("acme:2026-03:p017:sales", "sales"),
        ("acme:2026-03:p017:sales", "sales"),
        ("acme:2026-03:p020:production", "production"),
    ]


async def test_a_notice_of_a_newer_version_is_told_in_a_general_text_and_counted(house: House) -> None:
    known, newer = told("p017", reason="known"), told("l1", reason="newer")
    before = metrics.UNKNOWN_NOTICES._value.get()
    later = [notice.model_copy(update={"name": "no_such_notice"}) for notice in newer.notices]
    await house.hear(known.model_copy(update={"notices": (*known.notices, *later)}))
    [message] = await house.inbox("l1")
    assert (message.template, message.plan_id) == ("no_such_notice", PLAN.plan_id)
    assert message.subject == "There is news about the work plan of Zhang Wei for March 2026"
    assert len(await house.inbox("p017")) == 1
    assert metrics.UNKNOWN_NOTICES._value.get() == before + 1


async def test_a_recipient_the_directory_has_not_told_of_yet_is_told(house: House) -> None:
    await house.hear(told("p999"))
    assert len(await house.inbox("p999")) == 1
    assert [one.state for one in await house.deliveries()] == [DeliveryState.PENDING]


async def test_who_is_told_is_looked_up_on_the_connection_that_the_event_is_taken_with(
    owner_url: str, house: House
) -> None:
    alone = Database(service_url(owner_url, "notify", SECRET), pool=1, name="alone")
    async with asyncio.timeout(60):
        await House(alone).hear(told("p017"))
    await alone.close()
    assert len(await house.inbox("p017")) == 1
