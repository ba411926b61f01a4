"""Drafts over HTTP: who may write, when, and what the linter answers."""

from typing import Any

import pytest

from shared.contracts.events import DraftChanged
from shared.store.db import Database
from tests.integration.plans.calls import CHINESE, PATH, act, body, code, marks, report, write
from tests.integration.plans.company import told
from tests.integration.plans.conftest import Client
from tests.integration.plans.lifecycle import Course
from tests.unit.services.plans.build import GOOD, entry, plan


async def test_a_written_draft_comes_back_with_what_the_linter_marks(
    client: Client, database: Database, course: Course
) -> None:
    await course.opened()
    answer = await write(client("p017"), plan(("core", "30")))
    assert answer.headers["ETag"] == '"1.1"'
    found = {finding["code"] for finding in answer.json()["findings"]}
    assert found >= {"share.total", "share.category_min"}
    assert (await client("p017").get(PATH)).json()["content_version"] == 1
    assert [one["content_version"] for one in await told(database, DraftChanged)] == [1]


async def test_an_edit_over_an_edit_that_was_not_seen_is_refused(client: Client, course: Course) -> None:
    await course.opened()
    await write(client("p017"), plan(("core", "30")))
    assert code(await write(client("p017"), GOOD)) == (412, "version.stale")
    assert code(await write(client("p017"), GOOD, '"2.1"')) == (412, "version.stale")
    assert (await write(client("p017"), GOOD, '"1.1"')).status_code == 200


async def test_the_same_draft_again_changes_nothing(
    client: Client, database: Database, course: Course
) -> None:
    await course.opened()
    await write(client("p017"), GOOD)
    again = await write(client("p017"), GOOD)
    assert (again.status_code, again.headers["ETag"]) == (200, '"1.1"')
    assert len(await told(database, DraftChanged)) == 1


async def test_a_draft_too_large_to_travel_is_refused_and_changes_nothing(
    client: Client, course: Course
) -> None:
    await course.opened()
    long = [
        item.model_copy(update={"id": f"i{n}", "note": "重" * 3900})
        for n in range(30)
        for item in GOOD.items[:1]
    ]
    answer = await write(client("p017"), GOOD.model_copy(update={"items": tuple(long)}))
    assert code(answer) == (413, "request.too_large")
    assert (await client("p017").get(PATH)).json()["content_version"] == 0


async def test_a_draft_is_written_only_while_it_is_drafted(client: Client, course: Course) -> None:
    await course.submitted()
    answer = await write(client("p017"), GOOD, '"2.1"')
    assert code(answer) == (409, "move.wrong_stage")
    assert answer.json()["stage"] == "hr_review"


@pytest.mark.parametrize(("caller", "status"), [("boss1", 403), ("hr1", 403), ("p018", 404), ("ops", 404)])
async def test_nobody_else_writes_reports_or_submits(
    client: Client, course: Course, caller: str, status: int
) -> None:
    await course.tracking()
    assert (await write(client(caller), GOOD, '"4.1"')).status_code == status
    assert (await report(client(caller), entry("i0", "1"))).status_code == status
    for verb in ("submit", "recall", "close"):
        assert (await act(client(caller), verb, '"4"')).status_code == status


async def test_an_edit_without_the_version_that_was_seen_is_refused(client: Client, course: Course) -> None:
    await course.opened()
    answer = await client("p017").put(f"{PATH}/content", json=body(GOOD))
    assert code(answer) == (428, "version.missing")


@pytest.mark.parametrize(
    "change",
    [
        {"share": "-1"},
        {"share": "100.5"},
        {"share": "NaN"},
        {"surprise": 1},
        {"title": ""},
        {"title": "a\u0000b"},
        {"measure": {"kind": "metric", "target": "1", "unit": "a\u0000b"}},
    ],
)
async def test_content_of_the_wrong_shape_is_refused_and_named(
    client: Client, course: Course, change: dict[str, Any]
) -> None:
    await course.opened()
    said = body(GOOD)
    said["items"][1] |= change
    answer = await client("p017").put(f"{PATH}/content", json=said, headers={"If-Match": '"1.0"'})
    assert code(answer) == (422, "request.invalid")
    assert answer.json()["errors"][0]["path"].startswith("items.1.")


async def test_the_linter_answers_for_the_draft_and_for_content_sent_along(
    client: Client, course: Course
) -> None:
    await course.written()
    kept = (await client("p017").post(f"{PATH}/check")).json()
    assert (kept["blocked"], kept["spread"]) == (False, None)
    wrong = plan(("core", "30"), ("weak", "10"))
    answer = (await client("boss1").post(f"{PATH}/check", json=body(wrong), headers=CHINESE)).json()
    assert answer["blocked"] is True
    assert marks(answer, "share.category_min") == ["“核心任务”占比 30%，低于模板要求的 40%。"]
    assert answer["spread"] == {"i0": "75.00", "i1": "25.00"}
    assert (await client("p018").post(f"{PATH}/check")).status_code == 404
