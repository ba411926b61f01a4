"""The calendar and the activities on a real database."""

import asyncio
from datetime import date

import pytest

from services.directory.activities import DirectoryActivitiesImpl
from services.directory.calendars import official_year
from services.directory.store.calendar import Calendars
from shared.contracts.calendar import WorkingDays
from shared.contracts.directory import CutWorkingDays, ListPlanners
from shared.contracts.refusals import Invalid
from shared.store.db import Database
from tests.integration.directory.conftest import OFFICIAL, Client, Told

UNPUBLISHED = next(year for year in range(2026, 2050) if not official_year("CN", year).published)
FEBRUARY = {"first": "2026-02-01", "last": "2026-02-28"}


async def test_the_first_reading_takes_the_official_years_and_later_ones_change_nothing(
    client: Client, told: Told
) -> None:
    for _ in range(2):
        view = (await client("plain").get("/calendar", params=FEBRUARY)).json()
        assert (view["version"], view["zone"], view["first"]) == (1, "Asia/Shanghai", "2026-02-01")
        assert view["days"].count("1") == 16
        assert (view["provisional_from"], view["company_days"], view["released_years"]) == (None, [], [])
    ((subject, data),) = await told()
    assert (subject, data["version"]) == ("monthline.directory.calendar_changed.v1", 1)


async def test_a_company_day_makes_a_new_version_once(client: Client, told: Told) -> None:
    await client("plain").get("/calendar", params=FEBRUARY)
    body = {"working": False, "label": "founding day"}
    for _ in range(2):
        put = await client("hr1").put("/calendar/days/2026-02-09", json=body)
        assert put.json() == {"day": "2026-02-09", **body, "version": 2}
    view = (await client("plain").get("/calendar", params=FEBRUARY)).json()
    assert (view["version"], view["days"].count("1")) == (2, 15)
    assert view["company_days"] == [{"day": "2026-02-09", **body}]
    _, (_, data) = await told()
    assert data == {"version": 2, "first": "2026-02-09", "last": "2026-02-09", "notices": []}


async def test_a_company_day_may_be_changed_again(client: Client) -> None:
    for working in (False, True):
        await client("ops").put("/calendar/days/2026-02-09", json={"working": working})
    view = (await client("plain").get("/calendar", params=FEBRUARY)).json()
    assert view["days"].count("1") == 16
    assert view["company_days"] == [{"day": "2026-02-09", "working": True, "label": ""}]


async def test_a_year_is_provisional_until_it_is_released(client: Client, told: Told) -> None:
    span = {"first": f"{UNPUBLISHED - 1}-12-01", "last": f"{UNPUBLISHED}-01-31"}
    before = (await client("plain").get("/calendar", params=span)).json()
    assert before["provisional_from"] == f"{UNPUBLISHED}-01-01"
    for _ in range(2):
        released = await client("hr1").post(f"/calendar/years/{UNPUBLISHED}/release")
        assert released.json() == {"year": UNPUBLISHED, "version": before["version"] + 1}
    after = (await client("plain").get("/calendar", params=span)).json()
    assert (after["provisional_from"], after["released_years"]) == (None, [UNPUBLISHED])
    assert len(await told()) == 2


async def test_the_calendar_is_changed_by_hr_of_the_company_and_admins_only(
    client: Client, told: Told
) -> None:
    for name in ("seller", "hr2", "boss", "watcher", "lead"):
        day = await client(name).put("/calendar/days/2026-02-09", json={"working": False})
        year = await client(name).post("/calendar/years/2027/release")
        assert (day.status_code, year.status_code) == (403, 403)
    assert await told() == []


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"first": "2026-03-02", "last": "2026-03-01"}, "last"),
        ({"first": "2026-01-01", "last": "2036-01-01"}, "last"),
        ({"first": "1990-01-01", "last": "1990-01-02"}, "first"),
        ({"first": "2026-01-01"}, "last"),
        ({"first": "soon", "last": "2026-01-01"}, "first"),
    ],
)
async def test_a_span_that_cannot_be_answered_is_refused_with_its_place(
    client: Client, params: dict[str, str], path: str
) -> None:
    answer = await client("plain").get("/calendar", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["path"] == path


async def test_a_day_or_year_that_the_calendar_does_not_know_is_refused(client: Client) -> None:
    assert (await client("ops").put("/calendar/days/1990-01-01", json={"working": True})).status_code == 422
    assert (await client("ops").post("/calendar/years/1990/release")).status_code == 422


async def test_an_upgrade_that_brings_other_official_years_makes_one_new_version(
    database: Database, told: Told
) -> None:
    async def read(edition: str) -> int:
        async with database.transaction() as connection:
            return (await Calendars("Asia/Shanghai", edition).current(connection)).version

    assert await read("old") == 1
    assert await asyncio.gather(*(read("new") for _ in range(5))) == [2] * 5
    assert [data["version"] for _, data in await told()] == [1, 2]


async def test_changes_at_once_all_count(client: Client) -> None:
    days = [f"2026-03-{number:02}" for number in range(2, 7)]
    answers = await asyncio.gather(
        *(client("ops").put(f"/calendar/days/{day}", json={"working": False}) for day in days)
    )
    assert sorted(answer.json()["version"] for answer in answers) == [1, 2, 3, 4, 5]
    view = (await client("plain").get("/calendar", params={"first": days[0], "last": days[-1]})).json()
    assert (view["version"], view["days"]) == (5, "00000")


async def test_the_workflows_get_the_same_slice(activities: DirectoryActivitiesImpl) -> None:
    cut = await activities.working_days(CutWorkingDays(first=date(2026, 2, 1), last=date(2026, 10, 31)))
    assert isinstance(cut, WorkingDays)
    assert (cut.version, cut.zone) == (1, "Asia/Shanghai")
    assert cut.add(date(2026, 9, 30), 2) == date(2026, 10, 9)


async def test_the_workflows_are_refused_a_span_that_cannot_be_answered(
    activities: DirectoryActivitiesImpl,
) -> None:
    with pytest.raises(Invalid):
        await activities.working_days(CutWorkingDays(first=date(2026, 2, 2), last=date(2026, 2, 1)))


async def test_the_workflows_learn_who_plans_in_a_month(
    client: Client, activities: DirectoryActivitiesImpl
) -> None:
    await client("ops").put(
        "/people/east1",
        json=(await client("ops").get("/people/east1")).json() | {"left": "2026-02-28"},
    )
    page = await activities.list_planners(ListPlanners(month="2026-02", limit=2))
    assert [planner.person for planner in page.planners] == ["east1", "maker"]
    assert page.total == 3
    rest = await activities.list_planners(ListPlanners(month="2026-02", after="maker"))
    assert [(planner.person, planner.department) for planner in rest.planners] == [("seller", "sales")]


def test_the_official_calendar_of_these_tests_is_the_chinese() -> None:
    assert OFFICIAL.years([2026])[2026].published
