"""Who may read and change what, and what bad input gets for an answer."""

import base64
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from services.notify.domain.values import DeliveryState
from tests.integration.notify.client import As, api_of
from tests.integration.notify.house import EAGER, PLAN, House, told
from tests.integration.notify.receivers import SECRET

EVERYBODY = ("p017", "l1", "hr1", "ex1", "au1", "ad1", "ops")
HOOK = {"url": "https://hooks.example.com/x", "events": ["monthline.plans.>"], "secret": SECRET}


def errors(answer: httpx2.Response) -> list[tuple[str, str]]:
    """The path and code of each thing that is wrong."""
    assert answer.status_code == 422, answer.text
    return [(error["path"], error["code"]) for error in answer.json()["errors"]]


async def _items(client: httpx2.AsyncClient, path: str, **query: Any) -> list[Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def test_the_inbox_holds_the_callers_own_messages_only(house: House, as_: As) -> None:
    await house.hear(told("p017", "l1"))
    [mine] = await _items(as_("p017"), "/inbox")
    assert mine["subject"] == "已通过：张伟的2026年3月工作计划"
    assert mine["plan_id"] == PLAN.plan_id
    assert await _items(as_("hr1"), "/inbox") == []
    [theirs] = await _items(as_("l1"), "/inbox")
    assert (await as_("p017").post(f"/inbox/{theirs['id']}/read")).status_code == 404
    assert (await _items(as_("l1"), "/inbox"))[0]["read_at"] is None


async def test_reading_twice_notes_the_first_time(house: House, as_: As) -> None:
    await house.hear(told("p017", reason="one"))
    await house.hear(told("p017", reason="two"))
    newest, oldest = await _items(as_("p017"), "/inbox")
    first = (await as_("p017").post(f"/inbox/{oldest['id']}/read")).json()
    again = (await as_("p017").post(f"/inbox/{oldest['id']}/read")).json()
    assert first["read_at"] is not None
    assert again == first
    assert [one["id"] for one in await _items(as_("p017"), "/inbox", unread="true")] == [newest["id"]]


async def test_the_inbox_comes_in_pages(house: House, as_: As) -> None:
    for number in range(5):
        await house.hear(told("p017", reason=str(number)))
    reasons: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await as_("p017").get("/inbox", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        reasons += [one["reason"] for one in page["items"]]
        cursor = page["next"]
    assert reasons == ["4", "3", "2", "1", "0"]


ZEROS = base64.urlsafe_b64encode(b"0" * 20 + b"9" * 40).decode()
"""A number that only begins like one of ours."""


@pytest.mark.parametrize("cursor", ["!", "eA", "LTE", base64.urlsafe_b64encode(b"9" * 30).decode(), ZEROS])
@pytest.mark.parametrize("path", ["/inbox", "/deliveries"])
async def test_a_cursor_of_something_else_is_refused(as_: As, cursor: str, path: str) -> None:
    assert errors(await as_("ad1").get(path, params={"cursor": cursor})) == [("cursor", "cursor")]


async def test_without_a_token_nothing_opens(as_: As) -> None:
    for method, path in (
        ("GET", "/inbox"),
        ("POST", "/inbox/1/read"),
        ("GET", "/preferences"),
        ("PUT", "/preferences"),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/1/resend"),
        ("GET", "/webhooks"),
        ("PUT", "/webhooks/a"),
        ("DELETE", "/webhooks/a"),
    ):
        assert (await as_("").request(method, path, json={})).status_code == 401, path


async def test_preferences_are_the_callers_own_and_say_whether_there_is_mail(house: House, as_: As) -> None:
    assert (await as_("p017").get("/preferences")).json() == {"mail": True, "mail_available": True}
    answer = await as_("p017").put("/preferences", json={"mail": False})
    assert answer.json() == {"mail": False, "mail_available": True}
    assert (await as_("p017").get("/preferences")).json()["mail"] is False
    assert (await as_("l1").get("/preferences")).json()["mail"] is True
    async with api_of(replace(house, by_mail=False)) as without:
        assert (await without("l1").get("/preferences")).json()["mail_available"] is False


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"mail": "yes"}, ("mail", "bool_type")),
        ({}, ("mail", "missing")),
        ({"mail": True, "sms": True}, ("sms", "extra_forbidden")),
    ],
)
async def test_preferences_of_another_shape_are_refused(
    as_: As, body: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert errors(await as_("p017").put("/preferences", json=body)) == [wrong]


@pytest.mark.parametrize(
    ("who", "departments"),
    [
        ("hr1", ["sales"]),
        ("ex1", ["production"]),
        ("au1", ["production", "sales"]),
        ("ad1", ["production", "sales"]),
        ("ops", ["production", "sales"]),
    ],
)
async def test_deliveries_are_seen_within_the_readers_scope(
    house: House, as_: As, who: str, departments: list[str]
) -> None:
    await house.hear(told("p017", reason="a"))
    await house.hear(told("p017", reason="b", plan=PLAN.model_copy(update={"department": "production"})))
    assert sorted(one["department"] for one in await _items(as_(who), "/deliveries")) == departments


@pytest.mark.parametrize("who", ["p017", "l1"])
async def test_deliveries_are_no_business_of_others(as_: As, who: str) -> None:
    assert (await as_(who).get("/deliveries")).status_code == 403
    assert (await as_(who).post("/deliveries/1/resend")).status_code == 403


async def test_deliveries_are_found_by_plan_and_state(house: House, as_: As) -> None:
    await house.hear(told("p017", "l1"))
    hr = as_("hr1")
    found = await _items(hr, "/deliveries", plan=PLAN.plan_id, state="pending")
    assert [one["target"] for one in found] == ["l1", "p017"]
    assert await _items(hr, "/deliveries", plan="acme:2026-04:p017:sales") == []
    assert await _items(hr, "/deliveries", state="failed") == []
    assert errors(await hr.get("/deliveries", params={"plan": "x\x00"})) == [
        ("plan", "string_pattern_mismatch")
    ]


async def test_a_reviewer_may_send_again_what_was_given_up_in_their_scope(house: House, as_: As) -> None:
    await house.hear(told("p017", reason="a"))
    await house.hear(told("p017", reason="b", plan=PLAN.model_copy(update={"department": "production"})))
    sender = house.sender(smtp="smtp://127.0.0.1:9")
    for _ in range(EAGER.attempts):
        await sender.send_once()
    mine, other = await house.deliveries()
    assert (mine.state, other.state) == (DeliveryState.FAILED, DeliveryState.FAILED)
    answer = await as_("hr1").post(f"/deliveries/{mine.id}/resend")
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "pending", 0)
    assert (await as_("hr1").post(f"/deliveries/{other.id}/resend")).status_code == 404
    assert (await as_("au1").post(f"/deliveries/{other.id}/resend")).status_code == 403
    assert (await as_("ad1").post(f"/deliveries/{other.id}/resend")).status_code == 200
    assert (await as_("ad1").post(f"/deliveries/{2**63}/resend")).status_code == 422


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who not in ("ad1", "ops")])
async def test_webhooks_are_the_administrators_business(as_: As, who: str) -> None:
    assert (await as_(who).get("/webhooks")).status_code == 403
    assert (await as_(who).put("/webhooks/payroll", json=HOOK)).status_code == 403
    assert (await as_(who).delete("/webhooks/payroll")).status_code == 403


async def test_a_webhook_is_kept_listed_and_removed_and_its_secret_never_shown(house: House, as_: As) -> None:
    admin = as_("ad1")
    kept = await admin.put("/webhooks/payroll", json=HOOK)
    assert kept.status_code == 200
    listed = await admin.get("/webhooks")
    assert SECRET.removeprefix("whsec_") not in kept.text + listed.text
    [shown] = listed.json()["items"]
    assert shown == kept.json()
    assert (shown["id"], shown["url"], shown["events"]) == ("payroll", HOOK["url"], HOOK["events"])
    assert (await admin.delete("/webhooks/payroll")).status_code == 204
    assert (await admin.delete("/webhooks/payroll")).status_code == 404
    assert await _items(admin, "/webhooks") == []


async def test_a_webhook_changed_without_a_secret_keeps_the_one_it_has(house: House, as_: As) -> None:
    changed = {"url": "https://other.example.com/", "events": ["monthline.>"]}
    assert errors(await as_("ad1").put("/webhooks/payroll", json=changed)) == [
        ("secret", "webhook.secret_missing")
    ]
    await as_("ad1").put("/webhooks/payroll", json=HOOK)
    answer = await as_("ops").put("/webhooks/payroll", json=changed)
    assert answer.json()["url"] == changed["url"]


async def test_what_waits_for_a_removed_webhook_is_given_up(house: House, as_: As) -> None:
    await as_("ad1").put("/webhooks/payroll", json=HOOK)
    await house.hear(told())
    await as_("ad1").delete("/webhooks/payroll")
    [given_up] = await house.deliveries()
    assert (given_up.state, given_up.last_error) == (DeliveryState.FAILED, "the webhook was removed")
    assert (await house.send_again(given_up.id)) == given_up


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"url": "ftp://hooks.example.com/"}, ("url", "webhook.scheme")),
        ({"url": "https://a:b@hooks.example.com/"}, ("url", "webhook.form")),
        ({"url": "https://hooks.example.com:22/"}, ("url", "webhook.port")),
        ({"url": "https://127.0.0.1/"}, ("url", "webhook.address")),
        ({"url": "https://intranet.example.com/"}, ("url", "webhook.address")),
        ({"url": ""}, ("url", "string_too_short")),
        ({"events": []}, ("events", "too_short")),
        ({"events": ["other.>", "monthline.>"]}, ("events.0", "string_pattern_mismatch")),
        ({"events": ["monthline.>.v1", "monthline.>"]}, ("events.0", "string_pattern_mismatch")),
        ({"secret": "short and plain"}, ("secret", "webhook.secret")),
        ({"headers": {}}, ("headers", "extra_forbidden")),
    ],
)
async def test_a_webhook_that_cannot_be_kept_is_refused_with_the_reason(
    as_: As, change: dict[str, Any], wrong: tuple[str, str]
) -> None:
    answer = await as_("ad1").put("/webhooks/payroll", json=HOOK | change)
    assert errors(answer) == [wrong]
    assert "short and plain" not in answer.text
    assert await _items(as_("ad1"), "/webhooks") == []
