"""Decisions through the API: who may take them, what they answer, and what happens when they meet."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from services.review.api.deciding import ROUND_OPENS
from services.review.store import plans
from services.review.store.tables import COMMANDS
from shared.contracts.events import DecisionRecordedEvent, StageEntered
from shared.contracts.refusals import EngineDown
from shared.contracts.words import Move, Role, Stage
from shared.engine.entity_client import Unknown
from shared.store.db import Database
from tests.integration.review.calls import REVIEW, Client, approve, post, send_back
from tests.integration.review.company import count, opening, tell, told
from tests.integration.review.lifecycle import LifecycleInMemory
from tests.unit.services.review.build import PLAN, company, lasting, person

LEADER = Stage.LEADER_REVIEW


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_approval_answers_with_the_move_and_the_new_version(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    answer = await approve(client("hr1"))
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"3"'
    body = answer.json()
    assert (body["move"], body["actor"], body["stage"], body["version"]) == (
        "approve",
        "hr1",
        "leader_review",
        3,
    )


async def test_who_decides_in_the_instant_before_the_round_opens_waits_for_it(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    async with database.transaction() as connection:
        await plans.keep(connection, entered(Stage.DRAFTING, 1))
    deciding = asyncio.create_task(approve(client("hr1")))
    await asyncio.sleep(0.1)
    assert not deciding.done()
    await lifecycle.open()
    assert (await deciding).status_code == 200


async def test_nobody_waits_for_a_plan_that_is_not_on_its_way_into_review(
    client: Client, database: Database
) -> None:
    async with database.transaction() as connection:
        await plans.keep(connection, entered(Stage.TRACKING, 2))
    async with asyncio.timeout(ROUND_OPENS / 2):
        assert said(await approve(client("hr1"))) == (404, "not_found")


def entered(stage: Stage, version: int) -> StageEntered:
    """The plan service tells that the plan has come to a stage."""
    return StageEntered(
        plan=PLAN,
        move=Move.OPEN,
        actor="system",
        stage=stage,
        version=version,
        at=datetime.now(UTC),
    )


async def test_a_leader_may_return_a_plan_to_hr(client: Client, lifecycle: LifecycleInMemory) -> None:
    await lifecycle.open(LEADER, 3)
    answer = await send_back(client("lead"), version=3, to="hr_review")
    assert answer.json()["stage"] == "hr_review"


async def test_a_delegate_s_decision_is_recorded_on_behalf_of_the_giver(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await tell(database, company(delegations=(lasting("hr1", "helper"),)))
    await lifecycle.open()
    assert (await approve(client("helper"))).status_code == 200
    (event,) = await told(database, DecisionRecordedEvent)
    assert (event["actor"], event["on_behalf_of"]) == ("helper", "hr1")


async def test_the_same_request_again_gives_the_same_answer_and_one_effect(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    answers = [await approve(client("hr1")) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert len(await told(database, DecisionRecordedEvent)) == 1


async def test_a_replay_is_answered_after_the_right_to_decide_has_ended(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    given = lasting("hr1", "helper")
    await tell(database, company(delegations=(given,)))
    await lifecycle.open()
    first = await approve(client("helper"))
    ended = given.model_copy(update={"end": given.start, "version": 1})
    await tell(database, company(delegations=(ended,)))
    assert (await approve(client("helper"))).json() == first.json()


async def test_a_key_does_not_stand_for_two_requests(client: Client, lifecycle: LifecycleInMemory) -> None:
    await lifecycle.open()
    await approve(client("hr1"))
    assert said(await send_back(client("hr1"))) == (422, "idempotency.reused")


async def test_of_two_reviewers_in_the_same_instant_the_second_is_told_who_was_first(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await tell(database, company(person("hr2", Role.HR)))
    await lifecycle.open()
    answers = await asyncio.gather(approve(client("hr1")), send_back(client("hr2")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["code"] == "move.already_decided"
    assert (lost["actor"], lost["move"], lost["stage"]) == (won["actor"], won["move"], won["stage"])


async def test_who_comes_later_with_the_old_version_is_told_who_decided_it(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await tell(database, company(person("hr2", Role.HR)))
    await lifecycle.open()
    await approve(client("hr1"))
    await approve(client("lead"), version=3)
    lost = await approve(client("hr2"), version=2)
    assert said(lost) == (409, "move.already_decided")
    assert (lost.json()["actor"], lost.json()["stage"]) == ("hr1", "leader_review")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("author", (403, "move.own_plan")),
        ("lead", (403, "review.not_approver")),
        ("boss", (403, "review.not_approver")),
        ("auditor", (403, "review.not_approver")),
        ("helper", (404, "not_found")),
        ("colleague", (404, "not_found")),
        ("ops", (404, "not_found")),
    ],
)
async def test_who_may_not_decide_is_refused(
    client: Client,
    database: Database,
    lifecycle: LifecycleInMemory,
    who: str,
    expected: tuple[int, str],
) -> None:
    await tell(database, company(person("auditor", Role.AUDITOR)))
    await lifecycle.open()
    assert said(await approve(client(who))) == expected
    assert said(await send_back(client(who))) == expected
    assert await count(database, COMMANDS.table) == 0


async def test_an_old_version_is_refused_with_the_current_one(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open(version=4)
    answer = await approve(client("hr1"), version=2)
    assert said(answer) == (412, "version.stale")
    assert (answer.json()["expected"], answer.json()["current"]) == (2, 4)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "move.reason_missing")),
        ({"note": "   "}, (422, "move.reason_missing")),
        ({"note": "why", "to": "tracking"}, (422, "move.target_wrong")),
        ({"note": "why", "to": "nowhere"}, (422, "request.invalid")),
        ({"note": "why", "reason": "unknown field"}, (422, "request.invalid")),
        ({"note": 7}, (422, "request.invalid")),
        ({"note": "a\u0000b"}, (422, "request.invalid")),
    ],
)
async def test_an_incomplete_return_is_refused_and_nothing_is_sent(
    client: Client,
    database: Database,
    lifecycle: LifecycleInMemory,
    body: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    await lifecycle.open()
    assert said(await post(client("hr1"), f"{REVIEW}/return", body)) == expected
    assert await count(database, COMMANDS.table) == 0


async def test_a_command_needs_its_key_and_the_version_seen(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    assert said(await approve(client("hr1"), version=None)) == (428, "version.missing")
    answer = await client("hr1").post(f"{REVIEW}/approve", json={}, headers={"If-Match": '"2"'})
    assert said(answer) == (400, "idempotency.missing")


async def test_with_the_engine_down_nothing_is_kept_and_the_key_may_be_used_again(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    lifecycle.trouble = EngineDown(retry_after=5)
    answer = await approve(client("hr1"))
    assert said(answer) == (503, "engine.down")
    assert answer.headers["Retry-After"] == "5"
    lifecycle.trouble = None
    assert (await approve(client("hr1"))).status_code == 200


async def test_an_unknown_end_is_told_as_pending_and_can_be_asked_for(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    lifecycle.trouble, lifecycle.late = Unknown(), True
    answer = await approve(client("hr1"))
    assert answer.status_code == 202
    lifecycle.trouble = None
    later = await client("hr1").get(answer.headers["Location"].removeprefix("/v1"))
    assert (later.status_code, later.json()["stage"]) == (200, "leader_review")


@pytest.mark.parametrize("key", ["never-sent", "x", "%00%00%00%00%00%00%00%00"])
async def test_a_command_never_sent_is_not_found(client: Client, key: str) -> None:
    assert (await client("hr1").get(f"/commands/{key}")).status_code == 404


async def test_a_command_is_known_to_its_sender_only(client: Client, lifecycle: LifecycleInMemory) -> None:
    await lifecycle.open()
    await approve(client("hr1"))
    assert (await client("hr1").get("/commands/the-first-key")).status_code == 200
    assert (await client("lead").get("/commands/the-first-key")).status_code == 404


async def approve_many(
    caller: httpx2.AsyncClient, *plans: tuple[str, int], language: str = "en"
) -> httpx2.Response:
    body = {"plans": [{"plan_id": plan_id, "version": version} for plan_id, version in plans]}
    headers = {"Idempotency-Key": "many-at-once", "Accept-Language": language}
    return await caller.post("/reviews:approve", json=body, headers=headers)


async def test_a_bulk_approval_reports_for_each_plan_by_itself(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    await lifecycle._reviews.open_round(opening(author="hr1", department="hr"))
    caller = client("hr1")
    wanted = (
        ("acme:2026-03:nobody:sales", 1),
        (PLAN.plan_id, 2),
        ("acme:2026-03:hr1:hr", 2),
        ("nonsense", 1),
    )
    rows = (await approve_many(caller, *wanted)).json()["items"]
    assert [row["plan_id"] for row in rows] == [plan_id for plan_id, _ in wanted]
    assert [row["status"] for row in rows] == ["refused", "moved", "refused", "refused"]
    assert [row["problem"] and row["problem"]["code"] for row in rows] == [
        "not_found",
        None,
        "move.own_plan",
        "not_found",
    ]
    assert rows[1]["moved"]["stage"] == "leader_review"
    again = (await approve_many(caller, *wanted)).json()["items"]
    assert again[1] == rows[1]


async def test_a_bulk_approval_speaks_the_caller_s_language(client: Client) -> None:
    answer = await approve_many(client("hr1"), ("acme:2026-03:nobody:sales", 1), language="zh-CN")
    assert answer.json()["items"][0]["problem"]["title"] == "未找到"


async def test_a_pending_row_of_a_bulk_approval_says_where_to_ask(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    lifecycle.trouble, lifecycle.late = Unknown(), True
    (row,) = (await approve_many(client("hr1"), (PLAN.plan_id, 2))).json()["items"]
    lifecycle.trouble = None
    assert row["status"] == "pending"
    assert (await client("hr1").get(f"/commands/{row['key']}")).json()["stage"] == "leader_review"


@pytest.mark.parametrize(
    "plans", [(), ((PLAN.plan_id, 2), (PLAN.plan_id, 2)), tuple((f"p{n}", 1) for n in range(101))]
)
async def test_a_bulk_approval_names_each_plan_once_and_no_more_than_a_hundred(
    client: Client, plans: tuple[tuple[str, int], ...]
) -> None:
    assert said(await approve_many(client("hr1"), *plans)) == (422, "request.invalid")
