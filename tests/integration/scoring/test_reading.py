"""Scores over HTTP: the list under row rights, and one score that proves and explains itself."""

from decimal import Decimal

import pytest

from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.domain.explain import differences, read_export
from shared.contracts.ids import PlanRef
from shared.contracts.words import Rung, Stage
from shared.store.db import Database
from tests.integration.scoring.around import stand
from tests.integration.scoring.conftest import Client
from tests.integration.scoring.test_activities import BETTER, GOLDEN, scoring
from tests.unit.services.scoring.build import PLAN
from tests.unit.services.scoring.company import AUTHOR, BOSS, CHIEF, DEPUTY, HR, LEADER, STRANGER, firing

PATH = f"/scores/{PLAN.plan_id}"
OTHER = PlanRef(company="acme", month="2026-03", person=STRANGER, department="plant")
APRIL = PlanRef(company="acme", month="2026-04", person=PLAN.person, department="sales")


@pytest.fixture(autouse=True)
async def scored(database: Database, scores: ScoringActivitiesImpl) -> None:
    """Three scores: the author's of two months, and somebody's of another department."""
    await scores.score(scoring(GOLDEN))
    await scores.score(scoring(BETTER.model_copy(update={"plan": OTHER, "department": "plant"})))
    await scores.score(scoring(BETTER.model_copy(update={"plan": APRIL})))


async def seen(client: Client, caller: str, **wanted: str) -> list[str]:
    answer = await client(caller).get("/scores", params=wanted)
    return [item["plan_id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("caller", "plans"),
    [
        (AUTHOR, [PLAN, APRIL]),
        (LEADER, [PLAN, APRIL]),
        (STRANGER, [OTHER]),
        (DEPUTY, [OTHER]),
        (BOSS, [PLAN, OTHER, APRIL]),
        (CHIEF, [PLAN, OTHER, APRIL]),
        (HR, [PLAN, OTHER, APRIL]),
        ("auditor", [PLAN, OTHER, APRIL]),
        ("root", []),
        ("steward", []),
        ("ops", []),
    ],
)
async def test_a_list_shows_what_its_reader_may_see(
    client: Client, caller: str, plans: list[PlanRef]
) -> None:
    assert await seen(client, caller) == [plan.plan_id for plan in plans]
    for plan in (PLAN, OTHER, APRIL):
        single = await client(caller).get(f"/scores/{plan.plan_id}")
        assert single.status_code == (200 if plan in plans else 404)


async def test_a_list_is_narrowed_by_month_and_by_department_with_those_below(client: Client) -> None:
    assert await seen(client, HR, month="2026-04") == [APRIL.plan_id]
    assert await seen(client, HR, department="plant") == [OTHER.plan_id]
    assert await seen(client, HR, department="board") == [PLAN.plan_id, OTHER.plan_id, APRIL.plan_id]
    assert await seen(client, HR, department="nowhere") == []


async def test_a_department_gives_nobody_more_than_their_rights(client: Client) -> None:
    assert await seen(client, LEADER, department="plant") == []


async def test_a_list_comes_in_pages(client: Client) -> None:
    first = (await client(HR).get("/scores", params={"limit": "2"})).json()
    assert [item["plan_id"] for item in first["items"]] == [PLAN.plan_id, OTHER.plan_id]
    rest = (await client(HR).get("/scores", params={"limit": "2", "cursor": first["next"]})).json()
    assert ([item["plan_id"] for item in rest["items"]], rest["next"]) == ([APRIL.plan_id], None)


async def test_a_line_of_the_list(client: Client) -> None:
    answer = await client(AUTHOR).get("/scores", params={"month": "2026-03"})
    (line,) = answer.json()["items"]
    assert (line["total"], line["band"], line["band_label"]["zh"]) == ("62.00", "pass", "合格")
    assert (line["author"], line["stage"], line["version"]) == (AUTHOR, "scored", 9)
    assert line["provisional"] is False


async def test_a_score_read_over_http_proves_itself(client: Client) -> None:
    answer = (await client(AUTHOR).get(PATH)).json()
    assert answer["recomputes"] is True
    export = read_export(answer)
    assert (export.score.exact, differences(export)) == (Decimal(62), ())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Total: 32 + 10 + 0 + 20 = 62, within 0 and 100, rounded half up to 2 decimals: 62.00"),
        ("zh-CN", "合计：32 + 10 + 0 + 20 = 62，限于 0 至 100，四舍五入到两位小数：62.00"),
    ],
)
async def test_a_score_explains_itself_in_the_readers_language(
    client: Client, language: str, said: str
) -> None:
    answer = await client(AUTHOR).get(PATH, headers={"Accept-Language": language})
    assert said in answer.json()["explanation"]


async def test_a_score_shows_who_is_asked_until_when_and_what_was_sent(
    client: Client, scores: ScoringActivitiesImpl
) -> None:
    await scores.fire_rung(firing(Rung.HALF_TIME))
    answer = (await client(AUTHOR).get(PATH)).json()
    assert answer["leaders"] == [{"person": LEADER, "on_behalf_of": None}]
    assert answer["confirmation"]["local"] == "2026-04-10T18:00:00"
    (rung,) = answer["rungs"]
    assert (rung["rung"], rung["told"]) == ("half_time", [{"person": LEADER, "because": "approver"}])


async def test_a_final_score_is_nobodys_to_answer(client: Client, database: Database) -> None:
    await stand(database, Stage.FINAL, 11)
    answer = await client(AUTHOR).get(PATH)
    assert (answer.json()["stage"], answer.json()["leaders"]) == ("final", [])
    assert answer.headers["ETag"] == '"11"'


async def test_news_that_come_out_of_order_do_not_take_a_plan_back(
    client: Client, database: Database
) -> None:
    await stand(database, Stage.FINAL, 11)
    await stand(database, Stage.SCORED, 9)
    assert (await client(AUTHOR).get(PATH)).json()["stage"] == "final"


async def test_only_the_newest_score_of_a_plan_is_shown(
    client: Client, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring(BETTER, 12))
    assert (await client(AUTHOR).get(PATH)).json()["score"]["total"] == "91.00"
    assert await seen(client, AUTHOR, month="2026-03") == [PLAN.plan_id]


async def test_the_plan_in_the_address_may_be_any_text(client: Client) -> None:
    assert (await client(HR).get("/scores/nothing of the kind")).status_code == 404
    assert (await client(HR).get("/scores/%00")).status_code in (404, 422)
