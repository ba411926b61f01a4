"""Who sees which plans, and what a plan shows."""

import httpx2
import pytest

from services.plans.store import scores
from services.plans.store.tables import ORG
from shared.contracts.events import PersonChanged
from shared.contracts.ids import PlanRef
from shared.contracts.scoring import Score
from shared.contracts.words import Move, Stage
from shared.store.db import Database
from tests.integration.plans.calls import marks
from tests.integration.plans.company import PEOPLE
from tests.integration.plans.conftest import Client
from tests.integration.plans.lifecycle import Course, move, submit
from tests.unit.services.plans.build import GOOD, PLAN, deadline, plan

OTHERS = {"p018": "lab", "p019": "lab"}
READS = ("", "/ledger", "/rungs", "/revisions", "/revisions/1", "/progress")


def of(person: str) -> PlanRef:
    """The March plan of a person, for their home department."""
    return PlanRef(company="acme", month="2026-03", person=person, department=OTHERS.get(person, "east"))


@pytest.fixture
async def three(course: Course) -> None:
    """Three plans: one of east, below sales, and two of the lab."""
    await course.submitted()
    for person in OTHERS:
        await course.opened(of(person))


def people(answer: httpx2.Response) -> list[str]:
    """Whose plans a list has."""
    assert answer.status_code == 200, answer.text
    return [one["person"] for one in answer.json()["items"]]


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("p017", ["p017"]),
        ("p018", ["p018", "p019"]),
        ("p019", ["p019"]),
        ("boss1", ["p017"]),
        ("hr1", ["p017"]),
        ("hr2", ["p017", "p018", "p019"]),
        ("ceo", ["p017", "p018", "p019"]),
        ("auditor", ["p017", "p018", "p019"]),
        ("ops", []),
    ],
)
async def test_lists_and_single_reads_show_each_reader_the_same_plans(
    client: Client, three: None, reader: str, seen: list[str]
) -> None:
    assert people(await client(reader).get("/plans")) == seen
    for person in ("p017", *OTHERS):
        answer = await client(reader).get(f"/plans/{of(person).plan_id}")
        assert answer.status_code == (200 if person in seen else 404)


@pytest.mark.parametrize("path", READS)
async def test_what_belongs_to_a_plan_is_hidden_with_it(client: Client, three: None, path: str) -> None:
    assert (await client("p017").get(f"/plans/{PLAN.plan_id}{path}")).status_code == 200
    hidden = await client("p018").get(f"/plans/{PLAN.plan_id}{path}")
    nowhere = await client("p018").get(f"/plans/acme:2026-03:nobody{path}")
    assert (hidden.status_code, nowhere.status_code) == (404, 404)
    assert hidden.json() | {"trace_id": ""} == nowhere.json() | {"trace_id": ""}


@pytest.mark.parametrize("name", ["x", "acme:2026-03", "acme:2026-13:p017:east", "%00", "acme:2026-03:p'017"])
async def test_a_name_that_no_plan_can_have_is_not_found(client: Client, three: None, name: str) -> None:
    assert (await client("auditor").get(f"/plans/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("stage=hr_review", ["p017"]),
        ("stage=drafting", ["p018", "p019"]),
        ("month=2026-03", ["p017", "p018", "p019"]),
        ("month=2026-04", []),
        ("person=p019", ["p019"]),
        ("department=sales", ["p017"]),
        ("department=lab&person=p018", ["p018"]),
        ("department=nowhere", []),
    ],
)
async def test_a_list_is_narrowed_by_what_is_asked(
    client: Client, three: None, query: str, found: list[str]
) -> None:
    assert people(await client("hr2").get(f"/plans?{query}")) == found


async def test_pages_follow_each_other_without_gap_or_repeat(client: Client, three: None) -> None:
    found: list[str] = []
    cursor, following = "", True
    while following:
        answer = await client("hr2").get(f"/plans?limit=1{cursor}")
        found += people(answer)
        following = answer.json()["next"]
        cursor = f"&cursor={following}"
    assert found == ["p017", "p018", "p019"]


async def test_who_has_lost_a_role_sees_less_at_once(client: Client, database: Database, three: None) -> None:
    assert len(people(await client("hr2").get("/plans"))) == 3
    (hr2,) = (person for person in PEOPLE if person.id == "hr2")
    async with database.transaction() as connection:
        event = PersonChanged(person=hr2.model_copy(update={"roles": (), "version": 2}))
        await ORG.keep(connection, event)
    assert people(await client("hr2").get("/plans")) == []


async def test_a_plan_shows_where_it_stands_what_waits_and_what_was_marked(
    client: Client, course: Course
) -> None:
    content = plan(("core", "45"), ("weak", "20"), ("routine", "35"))
    await course.submitted(content)
    answer = await client("p017").get(f"/plans/{PLAN.plan_id}", headers={"Accept-Language": "zh-CN"})
    shown = answer.json()
    assert answer.headers["ETag"] == '"2.1"'
    assert (shown["stage"], shown["version"], shown["content_version"]) == ("hr_review", 2, 1)
    assert shown["deadline"]["local"] == "2026-03-03T18:00:00"
    assert (shown["template_department"], shown["template_version"]) == ("sales", 1)
    assert shown["content"] == content.model_dump(mode="json")
    assert marks(shown, "share.routine") == ["事务性工作占比 35%，超过 30% 的上限。"]
    assert shown["score"] is None


async def test_the_conditions_of_its_approval_are_shown_until_it_is_submitted_anew(
    client: Client, course: Course
) -> None:
    await course.submitted()
    approval = move(Move.APPROVE, 2, Stage.LEADER_REVIEW, "hr1")
    noted = approval.model_copy(
        update={"command": approval.command.model_copy(update={"note": "hire first"})}
    )
    await course.activities.move(noted)
    shown = (await client("p017").get(f"/plans/{PLAN.plan_id}")).json()
    assert shown["conditions"] == ["hire first"]
    await course.activities.move(move(Move.RECALL, 3, Stage.DRAFTING, "p017"))
    await course.activities.submit(submit(version=4, key="again"))
    shown = (await client("p017").get(f"/plans/{PLAN.plan_id}")).json()
    assert shown["conditions"] == []


async def test_the_newest_score_that_was_told_is_shown(
    client: Client, database: Database, course: Course
) -> None:
    await course.opened()
    for version, total in ((2, "91.00"), (1, "62.00")):
        score = Score.model_validate(
            {
                "plan": PLAN,
                "version": version,
                "formula_version": 1,
                "policy_version": 1,
                "lines": (),
                "exact": total,
                "total": total,
                "band": "excellent",
            }
        )
        async with database.transaction() as connection:
            await scores.keep(connection, score)
    shown = (await client("p017").get(f"/plans/{PLAN.plan_id}")).json()
    assert shown["score"] == {"version": 2, "total": "91.00", "band": "excellent", "provisional": []}


async def test_a_ledger_shows_every_move_with_its_chain(client: Client, course: Course) -> None:
    await course.tracking()
    lines = (await client("auditor").get(f"/plans/{PLAN.plan_id}/ledger")).json()["items"]
    assert [(line["version"], line["move"], line["actor"]) for line in lines] == [
        (1, "open", "system"),
        (2, "submit", "p017"),
        (3, "approve", "hr1"),
        (4, "approve", "boss1"),
    ]
    assert [line["previous_hash"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]


async def test_every_revision_can_be_read_again(client: Client, course: Course) -> None:
    await course.submitted()
    listed = (await client("p017").get(f"/plans/{PLAN.plan_id}/revisions")).json()["items"]
    assert [(one["number"], one["version"], one["items"]) for one in listed] == [(1, 2, 4)]
    one = (await client("p017").get(f"/plans/{PLAN.plan_id}/revisions/1")).json()
    assert one["content"] == GOOD.model_dump(mode="json")
    assert (await client("p017").get(f"/plans/{PLAN.plan_id}/revisions/2")).status_code == 404


async def test_a_plan_without_a_submission_has_no_revision_and_an_empty_report(
    client: Client, course: Course
) -> None:
    await course.opened()
    assert (await client("p017").get(f"/plans/{PLAN.plan_id}/revisions")).json()["items"] == []
    report = (await client("p017").get(f"/plans/{PLAN.plan_id}/progress")).json()
    assert report == {"entries": [], "report": []}
    shown = (await client("p017").get(f"/plans/{PLAN.plan_id}")).json()
    assert shown["deadline"]["local"] == f"{deadline().local:%Y-%m-%dT%H:%M:%S}"


async def test_a_caller_without_a_token_or_unknown_here_is_turned_away(client: Client, three: None) -> None:
    assert (await client("stranger").get("/plans")).status_code == 403
    answer = await client("p017").get("/plans", headers={"Authorization": ""})
    assert answer.status_code in (401, 403)
