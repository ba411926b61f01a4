"""Comments on the fields of a plan in review."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import insert

from services.review.api.commenting import MOST_COMMENTS
from services.review.store import plans
from services.review.store.tables import comments
from shared.contracts.events import Commented, StageEntered
from shared.contracts.words import Move, Role, Stage
from shared.store.db import Database
from tests.integration.review.calls import REVIEW, Client, post
from tests.integration.review.company import count, tell, told
from tests.integration.review.lifecycle import LifecycleInMemory
from tests.unit.services.review.build import NOW, PLAN, company, lasting, person


async def comment(
    caller: httpx2.AsyncClient, text: str = "Which contracts?", path: str | None = None, **given: Any
) -> httpx2.Response:
    body = {"text": text} | ({} if path is None else {"path": path})
    return await post(caller, f"{REVIEW}/comments", body, version=None, **given)


async def test_a_comment_stays_with_its_field_and_is_shown_on_the_page(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    answer = await comment(client("hr1"), path="items[0].share")
    assert (answer.status_code, answer.json()["path"]) == (201, "items.r1.share")
    page = (await client("author").get(REVIEW)).json()
    assert page["comments"] == [answer.json()]
    (event,) = await told(database, Commented)
    assert (event["comment"], event["author"]) == (answer.json()["id"], "hr1")


async def test_a_comment_without_a_path_is_on_the_whole_plan(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    assert (await comment(client("author"))).json()["path"] == ""


async def test_a_comment_changes_no_version(client: Client, lifecycle: LifecycleInMemory) -> None:
    await lifecycle.open()
    await comment(client("hr1"))
    assert (await client("hr1").get(REVIEW)).headers["ETag"] == '"2"'


async def test_the_same_key_gives_the_same_comment_once(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    first, again = [await comment(client("hr1"), path="note") for _ in range(2)]
    assert first.json() == again.json()
    assert await count(database, comments) == 1
    assert len(await told(database, Commented)) == 1
    other = await comment(client("hr1"), text="Something else")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")


async def test_a_plan_takes_so_many_comments_and_no_more(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    given = (await comment(client("hr1"))).json()
    more = {"plan_id": PLAN.plan_id, "revision": 1, "author": "hr1", "path": "", "text": "x"}
    async with database.transaction() as connection:
        await connection.execute(
            insert(comments), [{**more, "key": f"more-{number:04}"} for number in range(MOST_COMMENTS - 1)]
        )
    refused = await comment(client("author"))
    assert (refused.status_code, refused.json()["code"]) == (409, "plan.full")
    assert await count(database, comments) == MOST_COMMENTS
    assert (await comment(client("hr1"))).json() == given


@pytest.mark.parametrize("path", ["items.unknown", "items[9]", "salary", "\u0000"])
async def test_a_comment_on_a_field_that_is_not_there_is_refused(
    client: Client, lifecycle: LifecycleInMemory, path: str
) -> None:
    await lifecycle.open()
    answer = await comment(client("hr1"), path=path)
    assert (answer.status_code, answer.json()["code"]) == (422, "reference.unknown")


async def test_an_empty_comment_is_refused(client: Client, lifecycle: LifecycleInMemory) -> None:
    await lifecycle.open()
    assert (await comment(client("hr1"), text="  ")).status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("author", 201),
        ("hr1", 201),
        ("lead", 201),
        ("boss", 201),
        ("helper", 201),
        ("auditor", 403),
        ("colleague", 404),
        ("ops", 404),
    ],
)
async def test_whoever_the_plan_concerns_may_comment_and_an_auditor_only_reads(
    client: Client, database: Database, lifecycle: LifecycleInMemory, who: str, status: int
) -> None:
    await tell(database, company(person("auditor", Role.AUDITOR), delegations=(lasting("hr1", "helper"),)))
    await lifecycle.open()
    assert (await comment(client(who))).status_code == status


async def test_a_plan_that_never_came_to_review_takes_no_comment(client: Client) -> None:
    assert (await comment(client("hr1"))).status_code == 404


async def test_a_plan_that_has_ended_takes_no_comment(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    ended = StageEntered(
        plan=PLAN,
        move=Move.CANCEL,
        actor="hr1",
        stage=Stage.CANCELLED,
        version=3,
        at=NOW,
    )
    async with database.transaction() as connection:
        await plans.keep(connection, ended)
    answer = await comment(client("hr1"))
    assert (answer.status_code, answer.json()["stage"]) == (409, "cancelled")
