"""Moves over HTTP: who may, and the same answer to the same request."""

import pytest

from services.plans.store import tables as t
from shared.contracts.refusals import EngineDown
from shared.engine.entity_client import Unknown
from shared.store.db import Database
from tests.integration.plans.calls import CHINESE, PATH, act, code, marks, write
from tests.integration.plans.company import count
from tests.integration.plans.conftest import Client
from tests.integration.plans.lifecycle import Course, LifecycleInMemory
from tests.unit.services.plans.build import GOOD, plan


async def test_a_submission_is_answered_the_same_every_time(
    client: Client, database: Database, course: Course
) -> None:
    await course.written()
    first = await act(client("p017"), "submit", '"1.1"')
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert (first.json()["stage"], first.json()["version"]) == ("hr_review", 2)
    again = await act(client("p017"), "submit", '"1.1"')
    asked = await client("p017").get("/commands/key-0001")
    assert first.json() == again.json() == asked.json()
    assert await count(database, t.ledger) == 2


async def test_a_key_that_stands_for_another_request_is_refused(client: Client, course: Course) -> None:
    await course.written()
    await act(client("p017"), "submit", '"1.1"')
    assert code(await act(client("p017"), "recall", '"2"')) == (422, "idempotency.reused")


async def test_a_blocked_submission_names_every_finding_in_the_caller_s_language_every_time(
    client: Client, course: Course
) -> None:
    await course.written(plan(("core", "30"), ("weak", "70")))
    for headers, said in ((CHINESE, "低于模板要求的 40%"), ({}, "below 40 %")):
        answer = await act(client("p017"), "submit", '"1.1"', headers=headers)
        assert code(answer) == (422, "plan.blocked")
        (message,) = marks(answer.json(), "share.category_min")
        assert said in message
    assert code(await client("p017").get("/commands/key-0001")) == (422, "plan.blocked")


async def test_a_stale_submission_is_refused(client: Client, course: Course) -> None:
    await course.written()
    assert code(await act(client("p017"), "submit", '"1.0"')) == (412, "version.stale")


async def test_a_move_without_key_or_version_is_refused(client: Client, course: Course) -> None:
    await course.written()
    no_key = await client("p017").post(f"{PATH}/submit", headers={"If-Match": '"1"'})
    no_version = await client("p017").post(f"{PATH}/submit", headers={"Idempotency-Key": "key-0001"})
    assert code(no_key) == (400, "idempotency.missing")
    assert code(no_version) == (428, "version.missing")


async def test_when_the_engine_is_down_moves_wait_and_edits_go_on(
    client: Client, course: Course, lifecycle: LifecycleInMemory
) -> None:
    await course.opened()
    lifecycle.trouble = EngineDown(retry_after=5)
    down = await act(client("p017"), "submit", '"1"')
    assert (code(down), down.headers["Retry-After"]) == ((503, "engine.down"), "5")
    assert (await write(client("p017"), GOOD)).status_code == 200
    lifecycle.trouble = None
    assert (await act(client("p017"), "submit", '"1.1"')).status_code == 200


async def test_a_move_whose_end_is_not_known_says_where_to_ask(
    client: Client, course: Course, lifecycle: LifecycleInMemory
) -> None:
    await course.written()
    lifecycle.trouble = Unknown()
    answer = await act(client("p017"), "submit", '"1.1"')
    assert (answer.status_code, answer.headers["Location"]) == (202, "/v1/commands/key-0001")
    lifecycle.trouble = None
    asked = await client("p017").get("/commands/key-0001")
    assert (asked.status_code, asked.json()["version"]) == (200, 2)


async def test_a_command_is_known_only_to_its_sender(client: Client, course: Course) -> None:
    await course.written()
    await act(client("p017"), "submit", '"1.1"')
    assert (await client("hr1").get("/commands/key-0001")).status_code == 404


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("hr1", (200, None)),
        ("hr2", (200, None)),
        ("p017", (403, "move.own_plan")),
        ("boss1", (403, "auth.forbidden")),
        ("ceo", (403, "auth.forbidden")),
        ("auditor", (403, "auth.forbidden")),
        ("p018", (404, "not_found")),
        ("ops", (404, "not_found")),
    ],
)
@pytest.mark.parametrize("verb", ["exempt", "cancel"])
async def test_only_hr_in_its_scope_ends_somebody_s_plan(
    client: Client, course: Course, caller: str, verb: str, expected: tuple[int, str | None]
) -> None:
    await course.opened()
    answer = await act(client(caller), verb, '"1"', json={"note": "on parental leave"})
    assert (answer.status_code, answer.json().get("code")) == expected


async def test_a_plan_is_not_ended_without_a_reason(client: Client, course: Course) -> None:
    await course.opened()
    answer = await act(client("hr1"), "exempt", '"1"', json={"note": "  "})
    assert code(answer) == (422, "move.reason_missing")
