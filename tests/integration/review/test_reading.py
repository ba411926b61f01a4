"""What the review API shows, and to whom."""

import pytest

from services.review.activities import ReviewActivitiesImpl
from services.review.store import plans
from services.review.store.waiting import waiting
from shared.contracts.events import StageEntered
from shared.contracts.review import RecordDecision
from shared.contracts.words import Move, Role, Rung, Stage
from shared.store.db import Database
from tests.integration.review.calls import Client, command, firing
from tests.integration.review.company import opening, tell
from tests.integration.review.lifecycle import LifecycleInMemory
from tests.unit.services.review.build import NOW, PLAN, company, for_departments, lasting, person

HR, LEADER = Stage.HR_REVIEW, Stage.LEADER_REVIEW
REVIEW = f"/reviews/{PLAN.plan_id}"


async def listed(client: Client, who: str, **query: str | int) -> list[str]:
    answer = await client(who).get("/reviews", params=query)
    assert answer.status_code == 200
    return [line["author"]["id"] for line in answer.json()["items"]]


async def open_three(reviews: ReviewActivitiesImpl) -> None:
    """The author's plan waits for HR, the colleague's for the leader, the leader's for the boss."""
    await reviews.open_round(opening())
    await reviews.open_round(opening(LEADER, 3, author="colleague", department="rnd"))
    await reviews.open_round(opening(LEADER, 3, author="lead", department="company"))


@pytest.mark.parametrize(
    ("who", "authors"),
    [("hr1", ["author"]), ("lead", ["colleague"]), ("boss", ["lead"]), ("author", []), ("helper", [])],
)
async def test_the_list_holds_what_waits_for_the_caller(
    client: Client, reviews: ReviewActivitiesImpl, who: str, authors: list[str]
) -> None:
    await open_three(reviews)
    assert await listed(client, who) == authors


async def test_a_delegate_finds_what_already_waits_and_for_whom(
    client: Client, database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await open_three(reviews)
    await tell(database, company(delegations=(lasting("lead", "helper"),)))
    (line,) = (await client("helper").get("/reviews")).json()["items"]
    assert (line["author"]["id"], line["on_behalf_of"]) == ("colleague", "lead")


@pytest.mark.parametrize(
    ("who", "authors"),
    [
        ("auditor", {"author", "colleague", "lead"}),
        ("hr1", {"author", "colleague", "lead"}),
        ("hr-rnd", {"colleague"}),
        ("lead", {"author", "colleague", "lead"}),
        ("colleague", {"colleague"}),
        ("author", {"author"}),
        ("helper", set()),
        ("ops", set()),
    ],
)
async def test_the_list_of_all_holds_what_the_caller_may_see(
    client: Client, database: Database, reviews: ReviewActivitiesImpl, who: str, authors: set[str]
) -> None:
    more = (person("auditor", Role.AUDITOR), person("hr-rnd", for_departments(Role.HR, "rnd")))
    await tell(database, company(*more))
    await open_three(reviews)
    assert set(await listed(client, who, waiting="all")) == authors


async def test_a_decided_round_is_no_longer_listed(
    client: Client, reviews: ReviewActivitiesImpl, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    await lifecycle.command(command())
    assert await listed(client, "hr1") == []
    assert await listed(client, "lead") == ["author"]


async def test_the_list_narrows_to_a_month(client: Client, reviews: ReviewActivitiesImpl) -> None:
    await reviews.open_round(opening())
    await reviews.open_round(opening(author="colleague", month="2026-04", department="rnd"))
    assert await listed(client, "hr1", month="2026-04") == ["colleague"]


async def test_pages_follow_each_other_without_gap_or_repetition(
    client: Client, reviews: ReviewActivitiesImpl
) -> None:
    for number in range(7):
        await reviews.open_round(opening(author=f"p{number}"))
    found: list[str] = []
    query: dict[str, str | int] = {"limit": 3}
    while True:
        page = (await client("hr1").get("/reviews", params=query)).json()
        found += [line["author"]["id"] for line in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == [f"p{number}" for number in range(7)]


async def test_rounds_that_are_not_wanted_are_passed_over_chunk_by_chunk(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    for number in range(7):
        await reviews.open_round(opening(author=f"p{number}"))
    async with database.transaction() as connection:
        found = await waiting(
            connection,
            month=None,
            after=None,
            among=None,
            wanted=lambda each: each.plan.person in ("p1", "p5", "p6"),
            limit=2,
            chunk=2,
        )
    assert [each.plan.person for each in found] == ["p1", "p5"]


@pytest.mark.parametrize("query", [{"cursor": "YQ"}, {"month": "2026-13"}, {"waiting": "you"}, {"limit": 0}])
async def test_a_wrong_query_is_refused(client: Client, query: dict[str, str | int]) -> None:
    answer = await client("hr1").get("/reviews", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_the_page_says_who_has_the_plan_since_when_due_when_and_why(
    client: Client, database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(delegations=(lasting("hr1", "helper"),)))
    await reviews.open_round(opening())
    await reviews.fire_rung(firing(Rung.DUE))
    answer = await client("author").get(REVIEW)
    assert answer.headers["ETag"] == '"2"'
    waiting = answer.json()["waiting"]
    held = [(each["person"]["id"], each["on_behalf_of"]) for each in waiting["approvers"]]
    assert held[0] == ("hr1", None)
    assert (held[1][0], held[1][1]["id"]) == ("helper", "hr1")
    due = waiting["due"]
    assert (due["local"], due["zone"], due["calendar_version"], due["provisional"]) == (
        "2026-03-06T18:00:00",
        "Asia/Shanghai",
        3,
        False,
    )
    (sent,) = waiting["sent"]
    assert sent["rung"] == "due"
    assert sent["told"] == [
        {"person": "hr1", "because": "approver"},
        {"person": "helper", "because": "deputy"},
    ]
    assert waiting["next"] == {"approve": "leader_review", "return_to": ["drafting"]}
    assert waiting["since"] is not None
    assert waiting["may_decide"] is False


async def test_the_approver_s_page_says_that_they_may_decide(
    client: Client, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    body = (await client("hr1").get(REVIEW)).json()
    assert body["waiting"]["may_decide"] is True
    assert body["findings"][0]["code"] == "share.routine"
    assert (body["revision"], body["previous_revision"], body["changes"]) == (1, None, [])


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("zh-CN", "事务性工作占比 31%，超过 30% 的上限。"),
        ("en", "Routine work has 31 %, more than the limit of 30 %."),
    ],
)
async def test_reviewers_read_findings_as_sentences_in_their_language(
    client: Client, reviews: ReviewActivitiesImpl, language: str, message: str
) -> None:
    await reviews.open_round(opening())
    body = (await client("hr1").get(REVIEW, headers={"Accept-Language": language})).json()
    assert [finding["message"] for finding in body["findings"]] == [message]


async def test_the_page_shows_what_changed_since_the_revision_reviewed_before(
    client: Client, reviews: ReviewActivitiesImpl, lifecycle: LifecycleInMemory
) -> None:
    await lifecycle.open()
    await lifecycle.command(command(move=Move.RETURN, note="core share is 30"))
    await reviews.open_round(opening(version=4, revision=2))
    body = (await client("hr1").get(REVIEW)).json()
    assert (body["revision"], body["previous_revision"]) == (2, 1)
    assert {(each["path"], each["change"]) for each in body["changes"]} == {
        ("items.r1", "removed"),
        ("items.r2", "added"),
    }
    assert [each["closed_because"] for each in body["rounds"]] == ["decided", ""]
    assert body["rounds"][0]["decision"]["note"] == "core share is 30"


@pytest.mark.parametrize("who", ["helper", "colleague", "ops"])
async def test_a_review_that_is_not_the_caller_s_business_is_not_found(
    client: Client, reviews: ReviewActivitiesImpl, who: str
) -> None:
    await reviews.open_round(opening())
    answer = await client(who).get(REVIEW)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "plan_id", ["acme:2026-03:nobody:sales", "acme", "a:b:c", "acme:2026-03:x:sales%00", "%27"]
)
async def test_a_plan_that_never_came_to_review_is_not_found(client: Client, plan_id: str) -> None:
    assert (await client("hr1").get(f"/reviews/{plan_id}")).status_code == 404


async def test_a_delegate_sees_what_they_may_decide_and_what_they_have_decided(
    client: Client, database: Database, lifecycle: LifecycleInMemory
) -> None:
    await tell(database, company(delegations=(lasting("hr1", "helper"),)))
    await lifecycle.open()
    body = (await client("helper").get(REVIEW)).json()
    assert (body["waiting"]["may_decide"], body["waiting"]["on_behalf_of"]) == (True, "hr1")
    await lifecycle.command(command("helper"))
    after = (await client("helper").get(REVIEW)).json()
    assert after["rounds"][0]["decision"] == {
        "move": "approve",
        "actor": "helper",
        "on_behalf_of": "hr1",
        "note": "",
        "to": "leader_review",
    }


async def test_a_plan_that_waits_for_nobody_shows_its_stage_and_no_version_to_decide(
    client: Client, database: Database, lifecycle: LifecycleInMemory, reviews: ReviewActivitiesImpl
) -> None:
    await lifecycle.open(LEADER, 3)
    request = RecordDecision(command=command("lead", version=3), stage=LEADER)
    await reviews.record_decision(request)
    entered = StageEntered(
        plan=PLAN,
        move=Move.APPROVE,
        actor="lead",
        stage=Stage.TRACKING,
        version=4,
        at=NOW,
    )
    async with database.transaction() as connection:
        await plans.keep(connection, entered)
        await plans.keep(connection, entered.model_copy(update={"version": 3, "stage": LEADER}))
    answer = await client("hr1").get(REVIEW)
    assert (answer.json()["stage"], answer.json()["waiting"]) == ("tracking", None)
    assert "ETag" not in answer.headers


async def test_a_caller_without_a_token_is_asked_to_sign_in(client: Client) -> None:
    caller = client("hr1")
    del caller.headers["Authorization"]
    assert (await caller.get("/reviews")).status_code == 401


async def test_a_stranger_is_not_let_in(client: Client) -> None:
    assert (await client("stranger").get("/reviews")).status_code == 403
