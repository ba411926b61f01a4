"""Confirmations and disputes over HTTP: who may, once, with which answer, and the version to name."""

from typing import Any

import httpx2
import pytest

from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.store.tables import answers as answer_table
from shared.contracts.refusals import EngineDown, WindowOver
from shared.contracts.words import Party, Stage
from shared.engine.entity_client import Unknown
from shared.store.db import Database
from tests.integration.scoring.around import LifecycleInMemory, count, stand, tell
from tests.integration.scoring.conftest import Client
from tests.integration.scoring.test_activities import scoring
from tests.unit.services.scoring.build import PLAN
from tests.unit.services.scoring.company import AUTHOR, CHIEF, DEPUTY, LEADER, STRANGER, company, delegation

PATH = f"/scores/{PLAN.plan_id}"


@pytest.fixture(autouse=True)
async def scored(database: Database, scores: ScoringActivitiesImpl) -> None:
    """The plan has its score, and has been moved to scored."""
    await scores.score(scoring())
    await stand(database, Stage.SCORED, 9)


async def give(
    caller: httpx2.AsyncClient, what: str, note: str = "", *, key: str = "first-key", version: int = 9
) -> httpx2.Response:
    """Send an answer."""
    headers = {"Idempotency-Key": key, "If-Match": f'"{version}"'}
    return await caller.post(f"{PATH}/{what}", json={"note": note}, headers=headers)


def code(response: httpx2.Response) -> tuple[int, Any]:
    """The status and the problem's code."""
    return response.status_code, response.json().get("code")


async def test_leader_and_author_confirm(client: Client, lifecycle: LifecycleInMemory) -> None:
    by_leader = await give(client(LEADER), "confirm")
    assert (by_leader.status_code, by_leader.json()["move"]) == (200, "confirm")
    assert by_leader.headers["ETag"] == '"10"'
    assert (await give(client(AUTHOR), "confirm", version=10)).status_code == 200
    assert [command.party for command in lifecycle.sent] == [Party.LEADER, Party.AUTHOR]


async def test_the_version_to_name_counts_up_with_every_answer_before_it_has_been_told(
    client: Client,
) -> None:
    assert (await client(AUTHOR).get(PATH)).headers["ETag"] == '"9"'
    moved = (await give(client(LEADER), "confirm")).json()
    shown = await client(AUTHOR).get(PATH)
    assert (shown.headers["ETag"], shown.json()["version"]) == ('"10"', moved["version"])


async def test_an_older_version_is_refused_with_the_current_one(client: Client) -> None:
    await give(client(LEADER), "confirm")
    late = await give(client(AUTHOR), "dispute", "signed in March")
    assert code(late) == (412, "version.stale")
    assert late.json()["current"] == 10


async def test_the_same_request_again_gives_the_same_answer_and_one_effect(
    client: Client, database: Database
) -> None:
    first = await give(client(LEADER), "confirm")
    again = await give(client(LEADER), "confirm")
    assert again.json() == first.json()
    assert await count(database, answer_table) == 1


async def test_a_key_stands_for_one_request(client: Client) -> None:
    await give(client(LEADER), "confirm")
    assert code(await give(client(LEADER), "confirm", "another note")) == (422, "idempotency.reused")


async def test_a_sent_answer_is_found_under_its_key(client: Client) -> None:
    moved = (await give(client(LEADER), "confirm")).json()
    assert (await client(LEADER).get("/commands/first-key")).json() == moved
    assert code(await client(AUTHOR).get("/commands/first-key")) == (404, "not_found")
    assert code(await client(LEADER).get("/commands/a%00bcdefgh")) == (422, "request.invalid")


async def test_an_answer_sent_before_a_delegation_ended_is_answered_as_before(
    client: Client, database: Database
) -> None:
    given = delegation(LEADER, DEPUTY)
    await tell(database, company(given))
    first = await give(client(DEPUTY), "confirm")
    revoked = given.model_copy(update={"revoked": True, "version": 2})
    changed = company()
    changed.delegations = (revoked,)
    await tell(database, changed)
    assert (await give(client(DEPUTY), "confirm")).json() == first.json()


async def test_an_answer_without_an_end_is_accepted_for_asking_later(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    lifecycle.trouble = Unknown()
    unknown = await give(client(LEADER), "confirm")
    assert (unknown.status_code, unknown.headers["Location"]) == (202, "/v1/commands/first-key")
    lifecycle.trouble = None
    assert (await client(LEADER).get("/commands/first-key")).json()["version"] == 10


async def test_with_the_engine_down_nothing_is_kept(
    client: Client, lifecycle: LifecycleInMemory, database: Database
) -> None:
    lifecycle.trouble = EngineDown(retry_after=5)
    down = await give(client(LEADER), "confirm")
    assert (code(down), down.headers["Retry-After"]) == ((503, "engine.down"), "5")
    lifecycle.trouble = None
    assert (await give(client(LEADER), "confirm", "now with a note")).status_code == 200


async def test_a_refusal_of_the_lifecycle_is_kept_as_the_answer(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    lifecycle.trouble = WindowOver(until="2026-04-10T10:00:00+00:00")
    assert code(await give(client(AUTHOR), "dispute", "signed in March")) == (409, "window.over")
    lifecycle.trouble = None
    assert code(await give(client(AUTHOR), "dispute", "signed in March")) == (409, "window.over")


@pytest.mark.parametrize(
    ("caller", "what", "note", "expected"),
    [
        (STRANGER, "confirm", "", (404, "not_found")),
        (STRANGER, "dispute", "why", (404, "not_found")),
        (CHIEF, "confirm", "", (403, "review.not_approver")),
        ("hr1", "confirm", "", (403, "review.not_approver")),
        ("auditor", "confirm", "", (403, "review.not_approver")),
        ("root", "confirm", "", (404, "not_found")),
        (LEADER, "dispute", "why", (403, "move.not_yours")),
        ("hr1", "dispute", "why", (403, "move.not_yours")),
        (AUTHOR, "dispute", "", (422, "move.reason_missing")),
        ("nobody", "confirm", "", (403, "auth.forbidden")),
    ],
)
async def test_who_may_not_is_refused_before_anything_is_sent(
    client: Client,
    lifecycle: LifecycleInMemory,
    caller: str,
    what: str,
    note: str,
    expected: tuple[int, str],
) -> None:
    assert code(await give(client(caller), what, note)) == expected
    assert lifecycle.sent == []


async def test_a_second_confirmation_is_refused_before_it_is_sent(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await give(client(LEADER), "confirm")
    again = await give(client(LEADER), "confirm", key="second-key", version=10)
    assert (code(again), again.json()["actor"]) == ((409, "move.already_decided"), LEADER)
    assert len(lifecycle.sent) == 1


async def test_a_dispute_is_answered_by_the_leader_with_words(client: Client) -> None:
    assert (await give(client(AUTHOR), "dispute", "signed in March")).status_code == 200
    silent = await give(client(LEADER), "confirm", version=10)
    assert code(silent) == (422, "move.reason_missing")
    answered = await give(client(LEADER), "confirm", "it counts in April", key="second-key", version=10)
    assert answered.status_code == 200
    shown = (await client(AUTHOR).get(PATH)).json()
    assert shown["state"] == {
        "author_confirmed_by": None,
        "leader_confirmed_by": None,
        "disputed_by": AUTHOR,
        "dispute_answered_by": LEADER,
        "dispute_open": False,
    }
    assert [(each["move"], each["note"]) for each in shown["answers"]] == [
        ("dispute", "signed in March"),
        ("confirm", "it counts in April"),
    ]


async def test_a_delegate_sees_and_confirms_the_score_of_somebody_elses_department(
    client: Client, database: Database
) -> None:
    assert (await client(DEPUTY).get(PATH)).status_code == 404
    await tell(database, company(delegation(LEADER, DEPUTY)))
    shown = (await client(DEPUTY).get(PATH)).json()
    assert {"person": DEPUTY, "on_behalf_of": LEADER} in shown["leaders"]
    assert (await give(client(DEPUTY), "confirm")).status_code == 200


async def test_a_command_without_key_or_version_is_refused(client: Client) -> None:
    leader = client(LEADER)
    no_key = await leader.post(f"{PATH}/confirm", json={}, headers={"If-Match": '"9"'})
    assert code(no_key) == (400, "idempotency.missing")
    no_version = await leader.post(f"{PATH}/confirm", json={}, headers={"Idempotency-Key": "first-key"})
    assert code(no_version) == (428, "version.missing")


async def test_an_unknown_field_is_refused(client: Client) -> None:
    headers = {"Idempotency-Key": "first-key", "If-Match": '"9"'}
    body = {"note": "", "points": 5}
    refused = await client(LEADER).post(f"{PATH}/confirm", json=body, headers=headers)
    assert (code(refused), refused.json()["errors"][0]["path"]) == ((422, "request.invalid"), "points")


async def test_a_plan_without_a_score_is_not_found(client: Client) -> None:
    headers = {"Idempotency-Key": "first-key", "If-Match": '"9"'}
    refused = await client(LEADER).post("/scores/acme:2026-04:p017:sales/confirm", json={}, headers=headers)
    assert code(refused) == (404, "not_found")
