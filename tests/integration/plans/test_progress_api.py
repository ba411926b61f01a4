"""Progress over HTTP: whole batches, once, while it is taken."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.plans.domain.progress import MOST_ENTRIES
from services.plans.store import tables as t
from shared.contracts.events import ProgressRecorded
from shared.contracts.ids import PlanRef
from shared.contracts.plans import ClosePlan
from shared.store.db import Database
from tests.integration.plans.calls import CHINESE, PATH, code, report
from tests.integration.plans.company import count, told
from tests.integration.plans.conftest import Client
from tests.integration.plans.lifecycle import Course
from tests.integration.review.statements import statements
from tests.unit.services.plans.build import PLAN, entry


async def test_progress_is_recorded_once_however_often_it_is_sent(
    client: Client, database: Database, course: Course
) -> None:
    await course.tracking()
    first = await report(client("p017"), entry("i0", "50"), entry("i1", "1"))
    again = await report(client("p017"), entry("i0", "50"), entry("i1", "1"))
    assert (first.status_code, first.json()) == (201, again.json())
    assert [one["entry"]["item"] for one in first.json()["items"]] == ["i0", "i1"]
    assert await count(database, t.progress) == 2
    assert len(await told(database, ProgressRecorded)) == 2
    other = await report(client("p017"), entry("i0", "51"))
    assert code(other) == (422, "idempotency.reused")


async def test_progress_is_answered_the_same_after_the_figures_are_frozen(
    client: Client, course: Course
) -> None:
    await course.closing()
    first = await report(client("p017"), entry("i0", "50"))
    await course.activities.close(ClosePlan(plan=PLAN, plan_version=5))
    assert (await report(client("p017"), entry("i0", "50"))).json() == first.json()
    late = await report(client("p017"), entry("i0", "60"), key="key-0002")
    assert code(late) == (409, "move.wrong_stage")


async def test_one_wrong_entry_keeps_the_whole_batch_out(
    client: Client, database: Database, course: Course
) -> None:
    await course.tracking()
    answer = await report(client("p017"), entry("i0", "50"), entry("nothing", "1"), **CHINESE)
    assert code(answer) == (422, "request.invalid")
    assert answer.json()["errors"] == [
        {
            "path": "entries[1].item",
            "code": "progress.unknown_item",
            "message": "计划中没有编号为“nothing”的任务。",
        }
    ]
    assert await count(database, t.progress) == 0


async def test_nobody_reports_what_has_not_happened(
    client: Client, database: Database, course: Course
) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    plan = PlanRef(company="acme", month=f"{today:%Y-%m}", person="p017", department="east")
    await Course(database, course.activities, plan).tracking()
    # Two days ahead is the future also when midnight passes meanwhile.
    ahead = entry("i0", "50").model_copy(update={"effective": today + timedelta(days=2)})
    refused = await report(client("p017"), ahead, plan=plan)
    assert code(refused) == (422, "request.invalid")
    (error,) = refused.json()["errors"]
    assert (error["path"], error["code"]) == ("entries[0].effective", "progress.not_yet")
    now = entry("i0", "50").model_copy(update={"effective": today})
    assert (await report(client("p017"), now, plan=plan)).status_code == 201


async def test_progress_is_not_taken_before_tracking(client: Client, course: Course) -> None:
    await course.submitted()
    answer = await report(client("p017"), entry("i0", "50"))
    assert (code(answer), answer.json()["stage"]) == ((409, "move.wrong_stage"), "hr_review")


async def test_a_plan_takes_so_many_entries_and_no_more(
    client: Client, database: Database, course: Course
) -> None:
    await course.tracking()
    for number in range(9):
        await report(client("p017"), *[entry("i0", "50")] * 100, key=f"key-1{number:03}")
    assert (await report(client("p017"), *[entry("i0", "50")] * 99, key="key-2000")).status_code == 201
    refused = await report(client("p017"), *[entry("i0", "50")] * 2, key="key-2001", **CHINESE)
    assert code(refused) == (409, "plan.full")
    assert refused.json()["detail"] == f"一份计划最多包含 {MOST_ENTRIES} 条进度记录。"
    assert await count(database, t.progress) == 999
    assert (await report(client("p017"), entry("i0", "51"), key="key-2002")).status_code == 201
    again = await report(client("p017"), entry("i0", "51"), key="key-2002")
    assert (again.status_code, await count(database, t.progress)) == (201, MOST_ENTRIES)


async def test_the_report_shows_entries_and_how_categories_stand(client: Client, course: Course) -> None:
    await course.tracking()
    await report(client("p017"), entry("i0", "50"))
    shown = (await client("boss1").get(f"{PATH}/progress")).json()
    assert [(one["author"], one["entry"]["value"]) for one in shown["entries"]] == [("p017", "50")]
    core = shown["report"][0]
    assert (core["category"], core["items_reported"], core["lines"][0]["value"]) == ("core", 1, "50")


async def test_a_progress_entry_costs_few_statements(
    client: Client, database: Database, course: Course
) -> None:
    await course.tracking()
    with statements(database) as counted:
        await report(client("p017"), entry("i0", "50"))
    # One of them reads the organisation, which a running service does once a second.
    assert counted.take() <= 4
