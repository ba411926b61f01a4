"""S4: nobody decides their own plan, and a right that is lost is lost at once, also on the way."""

from collections.abc import Awaitable
from itertools import count
from typing import Any

import pytest

from monthline.registry import SERVICES
from services.plans.activities import PlansActivitiesImpl
from services.plans.store.tables import ORG as PLAN_ORG
from services.review.activities import ReviewActivitiesImpl
from services.scoring.activities import ScoringActivitiesImpl
from shared.contracts.events import DelegationChanged, DepartmentChanged, Event, PersonChanged
from shared.contracts.lifecycle import Command
from shared.contracts.organisation import Delegation, Department, Person, RoleGrant
from shared.contracts.plans import MovePlan
from shared.contracts.refusals import NotApprover, NotYourMove, OwnPlan, Refusal
from shared.contracts.review import RecordDecision
from shared.contracts.scoring import AnswerScore
from shared.contracts.words import Milestone, Move, Party, Role, Stage
from shared.org.copy import OrgCache
from shared.store.db import Database
from tests.attacks.company import AFTER, DELEGATION, DEPARTMENTS, EVER, PEOPLE, VERSIONS, plan_in
from tests.attacks.house import House, build, tell
from tests.attacks.stories import FAR
from tests.attacks.tokens import bearer
from tests.support.databases import empty
from workflows.moves import Standing, admit

PERSON = {person.id: person for person in PEOPLE}
AUTHOR, SALES = PERSON["author"], DEPARTMENTS[1]
EVERY_ROLE = tuple(RoleGrant(role=role) for role in Role)


def given_by(giver: str) -> Event:
    """A delegation to the author that the directory let pass."""
    entry = Delegation(id=f"d-{giver}-author", giver=giver, taker="author", start=EVER, end=AFTER, version=1)
    return DelegationChanged(delegation=entry)


WAYS: dict[str, tuple[Event, ...]] = {
    "by every role at once, as the leader of their department": (
        PersonChanged(person=AUTHOR.model_copy(update={"roles": EVERY_ROLE, "version": 2})),
        DepartmentChanged(department=SALES.model_copy(update={"leader": "author", "version": 2})),
    ),
    "by delegation of the leader, of HR, and of a deputy": (
        given_by("leader"),
        given_by("hr"),
        given_by("hr_all"),
        given_by("deputy"),
    ),
}
DECISIONS = [
    ("review", "approve", Stage.HR_REVIEW),
    ("review", "return", Stage.HR_REVIEW),
    ("review", "approve", Stage.LEADER_REVIEW),
    ("review", "return", Stage.LEADER_REVIEW),
    ("plans", "exempt", Stage.DRAFTING),
    ("plans", "cancel", Stage.TRACKING),
]


@pytest.fixture(scope="module", params=WAYS)
async def wicked(request: pytest.FixtureRequest, owner_url: str, pools: dict[str, Database]) -> House:
    """The house in which the author has found a way to be asked about their own plans."""
    empty(owner_url, *SERVICES)
    return await build(pools, *WAYS[request.param])


@pytest.fixture(scope="module")
async def fresh(owner_url: str, pools: dict[str, Database]) -> House:
    """A house for taking rights away, and giving them back; its caches keep what they saw first."""
    empty(owner_url, *SERVICES)
    house = await build(pools)
    for service in house.apps:
        async with house.client(service, bearer("author")) as client:
            await client.get("/v1/commands/first-look")
    return house


def decision(stage: Stage, actor: str, move: Move = Move.APPROVE, **changes: Any) -> Command:
    """A decision as a lifecycle hands it on, whoever may have let it through."""
    given = {"party": Party.REVIEWER, "note": "because", "command_id": f"{actor}:forged-{stage}-{move}"}
    return Command(
        move=move, plan=plan_in(stage), actor=actor, expected_version=VERSIONS[stage], **(given | changes)
    )


async def refused(work: Awaitable[object], kind: type[Refusal]) -> None:
    """The activity refuses, for this reason."""
    with pytest.raises(kind):
        await work


@pytest.mark.parametrize(("service", "verb", "stage"), DECISIONS)
async def test_the_api_lets_nobody_decide_their_own_plan(
    wicked: House, service: str, verb: str, stage: Stage
) -> None:
    folder = {"review": "reviews", "plans": "plans"}[service]
    headers = bearer("author") | {
        "Idempotency-Key": f"own-{verb}-{stage}",
        "If-Match": f'"{VERSIONS[stage]}"',
    }
    path = f"/v1/{folder}/{plan_in(stage).plan_id}/{verb}"
    async with wicked.client(service, headers) as client:
        answer = await client.post(path, json={"note": "because"})
    assert (answer.status_code, answer.json()["code"]) == (403, "move.own_plan")
    assert wicked.engine.sent == []


async def test_a_bulk_approval_leaves_ones_own_plan_out(wicked: House) -> None:
    asked = {"plans": [{"plan_id": plan_in(Stage.HR_REVIEW).plan_id, "version": 2}]}
    async with wicked.client("review", bearer("author") | {"Idempotency-Key": "own-bulk"}) as client:
        [row] = (await client.post("/v1/reviews:approve", json=asked)).json()["items"]
    assert (row["status"], row["problem"]["code"]) == ("refused", "move.own_plan")


async def test_ones_own_review_is_not_among_those_that_wait_for_one(wicked: House) -> None:
    async with wicked.client("review", bearer("author")) as client:
        assert (await client.get("/v1/reviews")).json()["items"] == []
        for stage in (Stage.HR_REVIEW, Stage.LEADER_REVIEW):
            shown = (await client.get(f"/v1/reviews/{plan_in(stage).plan_id}")).json()["waiting"]
            assert not shown["may_decide"]
            assert "author" not in [approver["person"]["id"] for approver in shown["approvers"]]


async def test_ones_own_confirmation_never_counts_as_the_leaders(wicked: House) -> None:
    headers = bearer("author") | {"Idempotency-Key": "own-score", "If-Match": '"6"'}
    path = f"/v1/scores/{plan_in(Stage.SCORED).plan_id}/confirm"
    async with wicked.client("scoring", headers) as client:
        assert (await client.post(path, json={})).status_code == 200
    [sent] = [command for command in wicked.engine.sent if command.move is Move.CONFIRM]
    assert (sent.party, sent.on_behalf_of) == (Party.AUTHOR, None)


@pytest.mark.parametrize("stage", [Stage.HR_REVIEW, Stage.LEADER_REVIEW])
async def test_a_forged_decision_is_refused_by_workflow_review_and_ledger_alike(
    wicked: House, stage: Stage
) -> None:
    forged = decision(stage, "author")
    with pytest.raises(OwnPlan):
        admit(Standing(stage, VERSIONS[stage]), forged)
    databases = wicked.databases
    await refused(
        ReviewActivitiesImpl(databases["review"]).record_decision(
            RecordDecision(command=forged, stage=stage)
        ),
        OwnPlan,
    )
    activities = PlansActivitiesImpl(databases["plans"], OrgCache(databases["plans"], PLAN_ORG))
    await refused(activities.move(MovePlan(command=forged, stage=Stage.TRACKING)), OwnPlan)


async def test_a_decision_for_the_author_by_somebody_else_is_refused_too(wicked: House) -> None:
    stage = Stage.HR_REVIEW
    forged = decision(stage, "head", on_behalf_of="author")
    with pytest.raises(OwnPlan):
        admit(Standing(stage, VERSIONS[stage]), forged)
    activities = PlansActivitiesImpl(wicked.databases["plans"], OrgCache(wicked.databases["plans"], PLAN_ORG))
    await refused(activities.move(MovePlan(command=forged, stage=Stage.LEADER_REVIEW)), OwnPlan)


async def test_a_forged_confirmation_as_leader_is_refused_by_workflow_and_score(wicked: House) -> None:
    forged = decision(Stage.SCORED, "author", Move.CONFIRM, party=Party.LEADER)
    with pytest.raises(OwnPlan):
        admit(Standing(Stage.SCORED, 6), forged)
    answer = AnswerScore(command=forged, plan_version=6, window_until=FAR)
    await refused(ScoringActivitiesImpl(wicked.databases["scoring"]).record_answer(answer), OwnPlan)


@pytest.mark.parametrize("party", [Party.SYSTEM, Party.AUTHOR])
async def test_an_author_cannot_pass_for_the_system_or_approve_as_author(party: Party) -> None:
    with pytest.raises(NotYourMove):
        admit(Standing(Stage.HR_REVIEW, 2), decision(Stage.HR_REVIEW, "author", party=party))


Known = Person | Department | Delegation
VERSION = count(10)


def changed(known: Known, **changes: Any) -> Event:
    """The news that something of the company is otherwise now."""
    now = known.model_copy(update=changes | {"version": next(VERSION)})
    match now:
        case Person():
            return PersonChanged(person=now)
        case Department():
            return DepartmentChanged(department=now)
    return DelegationChanged(delegation=now)


LOST: dict[str, tuple[str, Stage, Known, dict[str, Any]]] = {
    "HR lost the role": ("hr", Stage.HR_REVIEW, PERSON["hr"], {"roles": ()}),
    "HR got another scope": ("hr", Stage.HR_REVIEW, PERSON["hr"], {"roles": PERSON["hr_lab"].roles}),
    "sales got another leader": ("leader", Stage.LEADER_REVIEW, SALES, {"leader": "ceo"}),
    "the giver lost what was delegated": ("deputy", Stage.LEADER_REVIEW, SALES, {"leader": "ceo"}),
    "the delegation was revoked": ("deputy", Stage.LEADER_REVIEW, DELEGATION, {"revoked": True}),
    "the delegation is over": ("deputy", Stage.LEADER_REVIEW, DELEGATION, {"end": EVER}),
    "the delegation is for another step": (
        "deputy",
        Stage.LEADER_REVIEW,
        DELEGATION,
        {"steps": (Milestone.CONFIRMATION_DUE,)},
    ),
}


async def approve(house: House, actor: str, stage: Stage, key: str) -> int:
    """The status of an approval."""
    headers = bearer(actor) | {"Idempotency-Key": key, "If-Match": f'"{VERSIONS[stage]}"'}
    async with house.client("review", headers) as client:
        answer = await client.post(f"/v1/reviews/{plan_in(stage).plan_id}/approve", json={})
    return answer.status_code


@pytest.mark.parametrize("case", LOST)
async def test_a_lost_right_is_refused_by_the_api_and_again_in_the_transaction(
    fresh: House, case: str
) -> None:
    """The command was let through a moment before; what is sent is what that API let through."""
    actor, stage, known, changes = LOST[case]
    key = f"lost-{list(LOST).index(case)}-key"
    assert await approve(fresh, actor, stage, key) == 200
    sent = fresh.engine.sent[-1]
    await tell(fresh.databases, changed(known, **changes))
    try:
        reviews = ReviewActivitiesImpl(fresh.databases["review"])
        await refused(reviews.record_decision(RecordDecision(command=sent, stage=stage)), NotApprover)
        # Who led sales, reviewed it or stood in saw the plan for that alone.
        assert await approve(fresh.with_fresh_eyes(), actor, stage, f"{key}-again") == 404
        assert fresh.engine.sent[-1] is sent
    finally:
        await tell(fresh.databases, changed(known))


async def test_who_has_left_is_stopped_at_the_door_whatever_their_token_says(fresh: House) -> None:
    await tell(fresh.databases, changed(PERSON["hr"], left=EVER.date()))
    lists = {"plans": "plans", "review": "reviews", "scoring": "scores", "notify": "inbox"}
    current = fresh.with_fresh_eyes()
    for service, name in lists.items():
        async with current.client(service, bearer("hr")) as client:
            assert (await client.get(f"/v1/{name}")).status_code == 403
