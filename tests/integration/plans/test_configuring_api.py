"""Templates, the cycle policy and the opening of a month over HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.calendar import CyclePolicy, TimeScale
from shared.contracts.ids import PlanRef
from tests.integration.plans.conftest import Client
from tests.integration.plans.lifecycle import Course, LifecycleInMemory
from tests.unit.services.plans.build import template


def body(**changes: Any) -> dict[str, Any]:
    """The sales template as JSON."""
    return template(**changes).model_dump(mode="json")


async def test_a_published_template_is_the_next_version_and_the_same_again_is_not(client: Client) -> None:
    for limit, version in ((25, 2), (25, 2), (20, 3)):
        answer = await client("hr1").put("/templates/sales", json=body(routine_limit=Decimal(limit)))
        assert (answer.status_code, answer.json()["version"]) == (200, version)


async def test_a_template_may_leave_its_department_to_the_path(client: Client) -> None:
    said = {name: value for name, value in body().items() if name not in ("department", "version")}
    answer = await client("ops").put("/templates/lab", json=said)
    assert (answer.status_code, answer.json()["department"], answer.json()["version"]) == (200, "lab", 1)


async def test_a_department_without_a_template_shows_the_one_above_it(client: Client) -> None:
    assert (await client("p017").get("/templates/east")).json()["department"] == "sales"
    assert (await client("p018").get("/templates/lab")).json()["department"] == "company"
    assert (await client("p018").get("/templates/nowhere")).status_code == 404


async def test_the_list_has_the_newest_template_of_each_department_that_has_its_own(client: Client) -> None:
    await client("ops").put("/templates/sales", json=body(routine_limit=Decimal(25)))
    listed = (await client("p017").get("/templates")).json()["items"]
    found = [
        (one["template"]["department"], one["template"]["version"], one["published_by"]) for one in listed
    ]
    assert found == [("company", 1, "hr2"), ("sales", 2, "ops")]


@pytest.mark.parametrize("caller", ["p017", "boss1", "ceo", "auditor"])
async def test_who_neither_is_hr_nor_administers_configures_nothing(client: Client, caller: str) -> None:
    one = client(caller)
    assert (await one.put("/templates/sales", json=body())).status_code == 403
    assert (await one.put("/policies/cycle", json={})).status_code == 403
    assert (await one.post(f"/months/{NEXT}/open")).status_code == 403


async def test_a_template_that_makes_no_sense_is_refused_with_every_reason(client: Client) -> None:
    wrong = body() | {"severities": {"share.totl": "warn"}}
    answer = await client("hr2").put("/templates/lab", json=wrong)
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == ["severities.share.totl", "department"]


async def test_a_template_for_a_department_that_does_not_exist_is_refused(client: Client) -> None:
    answer = await client("hr2").put("/templates/nowhere", json=body(department="nowhere"))
    assert (answer.status_code, answer.json()["code"]) == (422, "reference.unknown")


async def test_the_cycle_policy_is_data_with_versions(client: Client) -> None:
    shipped = (await client("p017").get("/policies/cycle")).json()
    assert shipped == CyclePolicy().model_dump(mode="json")
    answer = await client("hr2").put("/policies/cycle", json=shipped | {"drafting_opens_before": 7})
    assert (answer.json()["version"], answer.json()["drafting_opens_before"]) == (2, 7)
    assert (await client("p017").get("/policies/cycle")).json() == answer.json()


NEXT = f"{datetime.now(UTC).replace(day=1) + timedelta(days=40):%Y-%m}"
"""A month that can be opened whenever this runs."""


async def test_opening_a_month_starts_its_workflow(client: Client, lifecycle: LifecycleInMemory) -> None:
    answer = await client("ops").post(f"/months/{NEXT}/open")
    assert (answer.status_code, answer.json()["workflow_id"]) == (202, f"open-month:{NEXT}")
    (request,) = lifecycle.opened
    assert (request.company, request.month, request.people) == ("acme", NEXT, ())


async def test_late_joiners_are_opened_by_name(client: Client, lifecycle: LifecycleInMemory) -> None:
    answer = await client("hr2").post(f"/months/{NEXT}/open", json={"people": ["p017", "p018"]})
    assert answer.status_code == 202
    assert lifecycle.opened[0].people == ("p017", "p018")


async def test_a_second_plan_for_the_same_person_and_month_is_refused(
    client: Client, course: Course, lifecycle: LifecycleInMemory
) -> None:
    plan = PlanRef(company="acme", month=NEXT, person="p018", department="lab")
    await course.opened(plan)
    answer = await client("hr2").post(f"/months/{NEXT}/open", json={"people": ["p017", "p018"]})
    assert (answer.status_code, answer.json()["code"], answer.json()["id"]) == (
        409,
        "duplicate",
        plan.plan_id,
    )
    assert lifecycle.opened == []


async def test_a_person_nobody_knows_is_named_with_their_place(client: Client) -> None:
    answer = await client("hr2").post(f"/months/{NEXT}/open", json={"people": ["p017", "p999"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "reference.unknown")
    assert (answer.json()["what"], answer.json()["path"]) == ("person", "people[1]")


async def test_time_is_compressed_only_where_the_deployment_allows_it(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    start = datetime(2026, 2, 13, tzinfo=UTC)
    scale = TimeScale(clock_start=start, calendar_start=start, speed=9000)
    said = {"scale": scale.model_dump(mode="json")}
    answer = await client("hr2").post(f"/months/{NEXT}/open", json=said)
    assert (answer.status_code, answer.json()["needs"]) == (403, "ALLOW_TIME_SCALE")
    assert lifecycle.opened == []


async def test_a_month_that_does_not_exist_cannot_be_opened(client: Client) -> None:
    assert (await client("hr2").post("/months/2026-13/open")).status_code == 422


@pytest.mark.parametrize("months_ago", [1, 2, 56])
async def test_a_month_that_has_ended_cannot_be_opened(
    client: Client, lifecycle: LifecycleInMemory, months_ago: int
) -> None:
    ended = datetime.now(UTC) - timedelta(hours=12)
    for _ in range(months_ago):
        ended = ended.replace(day=1) - timedelta(days=1)
    answer = await client("hr2").post(f"/months/{ended:%Y-%m}/open")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "past")
    assert lifecycle.opened == []


async def test_late_joiners_who_write_no_plan_are_all_named_and_nobody_is_opened(
    client: Client, lifecycle: LifecycleInMemory
) -> None:
    answer = await client("hr2").post(f"/months/{NEXT}/open", json={"people": ["boss1", "p017", "auditor"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    found = [(one["path"], one["code"]) for one in answer.json()["errors"]]
    assert found == [("people[0]", "no_planner"), ("people[2]", "no_planner")]
    assert lifecycle.opened == []


async def test_a_month_years_ahead_cannot_be_opened(client: Client, lifecycle: LifecycleInMemory) -> None:
    answer = await client("hr2").post("/months/2098-03/open")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_far")
    assert lifecycle.opened == []
