"""What ``/metrics`` shows: what was counted, what was read, and nothing about anybody."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from temporalio import activity

from shared.base.tasks import end
from shared.contracts.refusals import Forbidden, StoreDown
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.words import Rung, RungOutcome
from shared.engine.temporal import activities_of
from shared.health.gauges import Figures, Reading, Value
from shared.process.reconcile import every
from shared.telemetry import metrics
from shared.web.request_log import OTHER, RequestLog
from tests.unit.services.plans.build import fire

LABELS = {
    "activity", "channel", "check", "code", "consumer", "kind", "le", "method", "milestone", "outcome",
    "reading", "route", "service", "stage", "status", "version", "work",
}  # fmt: skip


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


async def shown(figures: Figures) -> dict[tuple[str, str], float]:
    text = (await figures.text()).decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def counted(*rows: list[Value]) -> tuple[Reading, list[int]]:
    """A reading that gives one row after the other, and how often it was asked."""
    asked: list[int] = []

    async def read() -> Iterable[Value]:
        asked.append(1)
        return rows[len(asked) - 1]

    return Reading("test", read, (metrics.PLANS, metrics.OUTBOX_LETTERS)), asked


async def test_what_a_reading_no_longer_mentions_is_shown_no_longer() -> None:
    reading, _ = counted(
        [(metrics.PLANS, ("tracking",), 3), (metrics.PLANS, ("closing",), 1)],
        [(metrics.PLANS, ("closing",), 4)],
    )
    figures = Figures([reading], fresh=0)
    first = await shown(figures)
    assert first["monthline_plans", "tracking"] == 3
    second = await shown(figures)
    assert second["monthline_plans", "closing"] == 4
    assert ("monthline_plans", "tracking") not in second


async def test_a_reading_that_finds_nothing_any_more_shows_nothing_any_more() -> None:
    reading, _ = counted([(metrics.PLANS, ("tracking",), 3)], [])
    figures = Figures([reading], fresh=0)
    assert ("monthline_plans", "tracking") in await shown(figures)
    assert ("monthline_plans", "tracking") not in await shown(figures)


async def test_the_servers_are_asked_once_however_many_look() -> None:
    reading, asked = counted([], [])
    figures = Figures([reading])
    await figures.text()
    await figures.text()
    assert len(asked) == 1


async def test_a_reading_that_fails_says_so_and_the_others_are_shown() -> None:
    async def fail() -> Iterable[Value]:
        raise ConnectionError

    good, _ = counted([(metrics.OUTBOX_LETTERS, (), 7)])
    found = await shown(Figures([Reading("broken", fail, ()), good]))
    assert found["monthline_reading_ok", "broken"] == 0
    assert found["monthline_reading_ok", "test"] == 1
    assert found["monthline_outbox_letters", ""] == 7


@pytest.mark.parametrize("outcome", ["applied", "unknown"])
def test_a_command_is_counted_by_what_became_of_it(outcome: str) -> None:
    labels = {"kind": "submit", "outcome": outcome, "code": ""}
    before = value("monthline_commands_total", **labels)
    with metrics.command("submit") as noted:
        noted.outcome = outcome
    assert value("monthline_commands_total", **labels) == before + 1


def test_a_command_that_broke_is_counted_as_failed() -> None:
    labels = {"kind": "submit", "outcome": "failed", "code": ""}
    before = value("monthline_commands_total", **labels)
    with pytest.raises(RuntimeError), metrics.command("submit"):
        raise RuntimeError
    assert value("monthline_commands_total", **labels) == before + 1


def test_the_lateness_of_a_rung_is_its_time_since_it_was_due() -> None:
    before = value("monthline_rung_lateness_seconds_sum", milestone="draft_due")
    metrics.rung_fired("draft_due", datetime.now(UTC) - timedelta(seconds=40))
    late = value("monthline_rung_lateness_seconds_sum", milestone="draft_due") - before
    assert 40 <= late < 45


class Contract:
    """What is asked of who keeps rungs."""

    @activity.defn(name="test.fire_rung")
    async def fire_rung(self, request: FireRung) -> FiredRung:
        raise NotImplementedError


class Rungs:
    """A activities of rungs, each of which reaches somebody."""

    async def fire_rung(self, request: FireRung) -> FiredRung:
        return FiredRung(outcome=RungOutcome.SENT, recipients=("p017",))


async def test_jitter_makes_no_rung_late() -> None:
    now = datetime.now(UTC)
    [carried] = activities_of(Contract, Rungs())
    before = value("monthline_rung_lateness_seconds_sum", milestone="draft_due")
    due, fires_at = now - timedelta(hours=1), now - timedelta(seconds=7)
    await carried(fire(Rung.DUE, due=due, fires_at=fires_at))
    late = value("monthline_rung_lateness_seconds_sum", milestone="draft_due") - before
    assert 7 <= late < 12


async def test_a_work_that_never_ends_well_is_seen_from_its_start() -> None:
    async def fails() -> None:
        raise StoreDown(retry_after=1)

    name = "commands"
    began = time.time()
    task = asyncio.create_task(every(0, fails, name))
    try:
        async with asyncio.timeout(60):
            while value("monthline_background_success_timestamp_seconds", work=name) < began:
                await asyncio.sleep(0)
    finally:
        await end([task])


def test_every_figure_is_ours_and_has_labels_of_few_values() -> None:
    families = list(metrics.REGISTRY.collect())
    assert all(family.name.startswith("monthline_") for family in families)
    used = {label for family in families for sample in family.samples for label in sample.labels}
    assert used <= LABELS


async def test_a_request_is_timed_by_its_route_and_not_by_what_was_in_its_path() -> None:
    app = FastAPI()

    @app.get("/v1/plans/{plan_id}")
    async def read(plan_id: str) -> dict[str, str]:
        return {}

    @app.get("/v1/broken/{plan_id}")
    async def broken(plan_id: str) -> dict[str, str]:
        raise Forbidden(needs="more")

    app.add_middleware(RequestLog)
    for path in ("/v1/plans/p017-of-wang", "/p017-of-wang"):
        await call(app, path)
    with pytest.raises(Forbidden):
        await call(app, "/v1/broken/p017-of-wang")
    text = (await Figures().text()).decode()
    assert "p017-of-wang" not in text
    assert value("monthline_http_seconds_count", method="GET", route="/v1/plans/{plan_id}", status="2xx") >= 1
    assert (
        value("monthline_http_seconds_count", method="GET", route="/v1/broken/{plan_id}", status="5xx") >= 1
    )
    assert value("monthline_http_seconds_count", method="GET", route=OTHER, status="4xx") >= 1


async def call(app: FastAPI, path: str) -> None:
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [], "root_path": "", "scheme": "http", "server": ("test", 80), "http_version": "1.1",
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        pass

    await app(scope, receive, send)
