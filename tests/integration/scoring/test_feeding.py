"""Metrics, their values and the scoring policy over HTTP."""

import asyncio
from typing import Any

import httpx2
import pytest

from services.scoring.domain.metrics import Kept, MetricRecord
from services.scoring.store import metrics
from services.scoring.store.tables import values as value_table
from shared.contracts.events import MetricRecorded
from shared.store.db import Database
from tests.integration.scoring.around import count, statements, told
from tests.integration.scoring.conftest import Client
from tests.unit.services.scoring.company import AUTHOR, CHIEF, HR, LEADER

RATE = {"name": {"zh": "回款率", "en": "Collection rate"}, "unit": "%", "owner": "sales", "source": "erp"}
SCRAP = {
    "name": {"zh": "废品率", "en": "Scrap rate"},
    "unit": "%",
    "direction": "lower",
    "owner": "plant",
    "source": "mes",
}


def row(value: Any = "95", month: str = "2026-03", id: str = "r1", **changes: Any) -> dict[str, Any]:
    """A record as a source sends it."""
    return {"metric": "rate", "month": month, "value": value, "source": "erp", "record_id": id, **changes}


@pytest.fixture
async def steward(client: Client) -> httpx2.AsyncClient:
    """A data steward of every department; two metrics are defined."""
    caller = client("steward")
    for id, body in (("rate", RATE), ("scrap", SCRAP)):
        assert (await caller.put(f"/metrics/{id}", json=body)).status_code == 200
    return caller


async def send(caller: httpx2.AsyncClient, *rows: Any, **headers: str) -> Any:
    """Send records; the report."""
    answer = await caller.post("/metrics/values", json={"records": list(rows)}, headers=headers)
    assert answer.status_code == 200
    return answer.json()


def outcomes(report: Any) -> list[str]:
    """What became of each row: its outcome, or the code of its refusal."""
    return [each["errors"][0]["code"] if each["errors"] else each["outcome"] for each in report["rows"]]


async def test_a_metric_is_defined_and_listed(steward: httpx2.AsyncClient, client: Client) -> None:
    listed = (await client(HR).get("/metrics")).json()
    assert [(each["id"], each["direction"]) for each in listed["items"]] == [
        ("rate", "higher"),
        ("scrap", "lower"),
    ]


async def test_a_metric_read_may_be_written_back(steward: httpx2.AsyncClient) -> None:
    (rate, _) = (await steward.get("/metrics")).json()["items"]
    assert (await steward.put("/metrics/rate", json=rate)).json() == rate
    wrong = await steward.put("/metrics/scrap", json=rate)
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "id")


async def test_a_metric_of_an_unknown_department_is_refused(steward: httpx2.AsyncClient) -> None:
    refused = await steward.put("/metrics/new", json=RATE | {"owner": "nowhere"})
    assert (refused.status_code, refused.json()["code"]) == (422, "reference.unknown")


@pytest.mark.parametrize("caller", [AUTHOR, LEADER, HR, CHIEF, "auditor"])
async def test_only_stewards_and_admins_write_metrics(client: Client, caller: str) -> None:
    assert (await client(caller).put("/metrics/rate", json=RATE)).status_code == 403
    assert (await client(caller).post("/metrics/values", json={"records": [row()]})).status_code == 403


@pytest.mark.parametrize("caller", ["root", "ops"])
async def test_admins_write_metrics(client: Client, caller: str) -> None:
    assert (await client(caller).put("/metrics/rate", json=RATE)).status_code == 200
    assert outcomes(await send(client(caller), row())) == ["recorded"]


async def test_a_stewards_scope_bounds_what_they_define(client: Client, steward: httpx2.AsyncClient) -> None:
    plant = client("plant-steward")
    assert (await plant.put("/metrics/scrap", json=SCRAP)).status_code == 200
    assert (await plant.put("/metrics/rate", json=RATE)).status_code == 403
    taken = await plant.put("/metrics/rate", json=RATE | {"owner": "plant"})
    assert taken.status_code == 403


@pytest.mark.parametrize(("caller", "status"), [(HR, 200), ("auditor", 200), ("root", 200), (AUTHOR, 403)])
async def test_who_reads_metrics(
    client: Client, steward: httpx2.AsyncClient, caller: str, status: int
) -> None:
    assert (await client(caller).get("/metrics")).status_code == status
    assert (await client(caller).get("/metrics/rate/values")).status_code == status


async def test_values_are_recorded_and_told(steward: httpx2.AsyncClient, database: Database) -> None:
    report = await send(steward, row("95.10"), row(3, metric="scrap", id="r2"))
    assert (report["recorded"], report["refused"]) == (2, 0)
    assert [
        (event["metric"], event["value"], event["version"]) for event in await told(database, MetricRecorded)
    ] == [
        ("rate", "95.10", 1),
        ("scrap", "3", 1),
    ]


async def test_the_same_records_twice_change_nothing(steward: httpx2.AsyncClient, database: Database) -> None:
    await send(steward, row())
    assert outcomes(await send(steward, row(), row("95.0"))) == ["unchanged", "unchanged"]
    assert await count(database, value_table) == 1
    assert len(await told(database, MetricRecorded)) == 1


async def test_a_record_waits_for_others_on_their_way_and_is_judged_against_them(
    steward: httpx2.AsyncClient, database: Database
) -> None:
    first = MetricRecord.model_validate(row())
    async with database.transaction() as connection:
        await metrics.one_at_a_time(connection)
        second = asyncio.create_task(send(steward, row()))
        await asyncio.wait({second}, timeout=0.3)
        await metrics.record(connection, [Kept(first, 1)], "steward")
    assert outcomes(await second) == ["unchanged"]
    assert await count(database, value_table) == 1


async def test_a_correction_supersedes_and_leaves_its_trace(
    steward: httpx2.AsyncClient, client: Client, database: Database
) -> None:
    await send(steward, row("95"))
    report = await send(steward, row("96"))
    assert (report["corrected"], report["rows"][0]["version"]) == (1, 2)
    newest = (await client(HR).get("/metrics/rate/values")).json()["items"]
    assert [(each["value"], each["version"], each["recorded_by"]) for each in newest] == [
        ("96", 2, "steward")
    ]
    trace = (await client(HR).get("/metrics/rate/values", params={"history": "true"})).json()["items"]
    assert [each["value"] for each in trace] == ["96", "95"]
    assert [event["version"] for event in await told(database, MetricRecorded)] == [1, 2]


async def test_months_may_come_in_any_order(steward: httpx2.AsyncClient) -> None:
    rows = [row(month=f"2026-0{month}", id=f"r{month}") for month in (3, 1, 2)]
    assert (await send(steward, *rows))["recorded"] == 3
    listed = (await steward.get("/metrics/rate/values")).json()["items"]
    assert [each["month"] for each in listed] == ["2026-01", "2026-02", "2026-03"]


async def test_an_older_revision_that_comes_late_changes_nothing(steward: httpx2.AsyncClient) -> None:
    await send(steward, row("96", revision=2))
    assert outcomes(await send(steward, row("95", revision=1))) == ["outdated"]
    (value,) = (await steward.get("/metrics/rate/values")).json()["items"]
    assert (value["value"], value["revision"]) == ("96", 2)


async def test_wrong_rows_are_refused_with_reasons_and_the_right_ones_kept(
    steward: httpx2.AsyncClient, database: Database
) -> None:
    report = await send(
        steward,
        row("95"),
        row("many", id="r2"),
        row(metric="gone", id="r3"),
        row(month="2026-13", id="r4"),
        row(colour="red", id="r5"),
        row("NaN", id="r6"),
        "not a record",
        row("80", id="r7"),
        row(month="2026-04", id="r1"),
        row("7", "2026-05", id="r8"),
    )
    assert outcomes(report) == [
        "recorded",
        "decimal_parsing",
        "reference.unknown",
        "string_pattern_mismatch",
        "extra_forbidden",
        "finite_number",
        "model_type",
        "record.month_taken",
        "record.other_month",
        "recorded",
    ]
    assert (report["recorded"], report["refused"]) == (2, 8)
    assert [each["row"] for each in report["rows"]] == list(range(10))
    assert await count(database, value_table) == 2


async def test_the_reason_of_a_refused_row_is_in_the_callers_language(steward: httpx2.AsyncClient) -> None:
    wrong = row(metric="gone")
    english = await send(steward, wrong)
    chinese = await send(steward, wrong, **{"Accept-Language": "zh"})
    assert english["rows"][0]["errors"][0]["message"] == "there is no such metric; define it first"
    assert chinese["rows"][0]["errors"][0]["message"] == "没有定义该指标"


async def test_rows_outside_a_stewards_scope_are_refused_one_by_one(
    client: Client, steward: httpx2.AsyncClient
) -> None:
    report = await send(client("plant-steward"), row(), row(metric="scrap", id="r2"))
    assert outcomes(report) == ["auth.forbidden", "recorded"]


async def test_a_trace_comes_in_pages(steward: httpx2.AsyncClient) -> None:
    for value in ("95", "96", "97"):
        await send(steward, row(value))
    await send(steward, row("98", "2026-04", id="r2"))
    found: list[tuple[str, int]] = []
    wanted = {"history": "true", "limit": "2"}
    while True:
        page = (await steward.get("/metrics/rate/values", params=wanted)).json()
        found += [(each["month"], each["version"]) for each in page["items"]]
        if page["next"] is None:
            break
        wanted["cursor"] = page["next"]
    assert found == [("2026-03", 3), ("2026-03", 2), ("2026-03", 1), ("2026-04", 1)]


async def test_the_values_of_an_unknown_metric_are_not_found(steward: httpx2.AsyncClient) -> None:
    assert (await steward.get("/metrics/gone/values")).status_code == 404


async def test_a_batch_takes_no_more_statements_than_a_single_record(
    steward: httpx2.AsyncClient, database: Database
) -> None:
    with statements(database) as counted:
        await send(steward, *(row(n, f"2026-{n:02}", f"r{n}") for n in range(1, 13)))
        assert counted.take() <= 8


async def test_the_shipped_policy_holds_until_one_is_published(client: Client) -> None:
    shipped = (await client(AUTHOR).get("/policies/scoring")).json()
    assert (shipped["version"], shipped["bands"][0]["id"]) == (1, "excellent")
    published = await client(HR).put("/policies/scoring", json=shipped | {"cap": "110"})
    assert (published.status_code, published.json()["version"]) == (200, 2)
    assert (await client(AUTHOR).get("/policies/scoring")).json()["cap"] == "110"


async def test_the_same_policy_again_changes_nothing(client: Client) -> None:
    shipped = (await client(AUTHOR).get("/policies/scoring")).json()
    assert (await client(HR).put("/policies/scoring", json=shipped)).json()["version"] == 1


@pytest.mark.parametrize(
    ("caller", "status"),
    [(HR, 200), ("root", 200), ("ops", 200), (AUTHOR, 403), (LEADER, 403), ("steward", 403)],
)
async def test_who_publishes_a_policy(client: Client, caller: str, status: int) -> None:
    assert (await client(caller).put("/policies/scoring", json={"cap": "105"})).status_code == status


async def test_a_policy_that_leaves_scores_without_a_band_is_refused(client: Client) -> None:
    body = {"bands": [{"id": "good", "label": {"zh": "良", "en": "Good"}, "minimum": "80"}]}
    refused = await client(HR).put("/policies/scoring", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "request.invalid")
