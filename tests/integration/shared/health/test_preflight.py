"""Whether servers are what a process needs, and what it does until they are."""

import asyncio
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from monthline.registry import SERVICES
from shared.base.diagnosis import Unfit
from shared.bus.jetstream import stream_config
from shared.bus.stream_preflight import misfits
from shared.health.preflight import Preflight, check_schema
from shared.migrations.newest import ROOT, newest


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_version_is_the_head_of_the_migrations(service: str) -> None:
    folder = ROOT / "services" / service / "migrations" / "versions"
    scripts = ScriptDirectory(str(ROOT / "shared" / "migrations"), version_locations=[str(folder)])
    assert newest(service) == scripts.get_current_head()


@pytest.mark.parametrize("have", [None, "0001"])
def test_a_schema_that_is_behind_is_unfit(have: str | None) -> None:
    with pytest.raises(Unfit, match="needs 0002") as unfit:
        check_schema("plans", have, "0002")
    assert unfit.value.fix == "run: monthline migrate"


@pytest.mark.parametrize("have", ["0002", "0003"])
def test_a_schema_that_is_ahead_serves_the_version_before_it(have: str) -> None:
    check_schema("plans", have, "0002")


def test_the_stream_that_monthline_makes_is_fit() -> None:
    assert misfits(stream_config()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"storage": "memory"}, "storage is memory instead of file"),
        ({"retention": "workqueue"}, "retention is workqueue instead of limits"),
        ({"discard": "old"}, "discard is old instead of new"),
        ({"deny_delete": False}, "deny_delete is False"),
        ({"deny_purge": None}, "deny_purge is None"),
        ({"subjects": ["monthline.plans.>"]}, "subjects is monthline.plans.> instead of monthline.>"),
        ({"duplicate_window": 120.0}, "duplicate_window is 120.0 instead of 1800"),
        ({"max_age": 0}, "max_age is 0 instead of"),
        ({"max_msg_size": 1024}, "max_msg_size is 1024 instead of 1048576"),
    ],
)
def test_other_limits_of_the_stream_are_named(change: dict[str, Any], said: str) -> None:
    [found] = misfits(stream_config().evolve(**change))
    assert said in found


@pytest.mark.parametrize("change", [{"duplicate_window": 7200.0}, {"num_replicas": 3}, {"max_age": 86400}])
def test_what_an_operator_may_choose_is_no_fault(change: dict[str, Any]) -> None:
    assert misfits(stream_config().evolve(**change)) == []


async def test_a_check_is_repeated_until_it_holds() -> None:
    found = [ConnectionError("away"), Unfit("behind", "migrate"), None]

    async def check() -> None:
        one = found.pop(0)
        if one is not None:
            raise one

    preflight = Preflight({"schema": check})
    looking = asyncio.create_task(preflight.look())
    async with asyncio.timeout(60):
        while not preflight.troubles:
            assert not preflight.holds("schema")
            await asyncio.sleep(0.01)
        assert preflight.troubles == {"schema": "behind; migrate"}
        await preflight.wait("schema", "engine")
        await looking
    assert preflight.holds("schema")
    assert not preflight.troubles


async def test_why_a_server_cannot_be_looked_at_is_told_once_and_again_when_it_changes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = [ConnectionError("away"), ConnectionError("away"), ConnectionError("no route"), None]
    seen: list[str] = []

    async def check() -> None:
        seen.append(preflight.waiting.get("schema", ""))
        one = found.pop(0)
        if one is not None:
            raise one

    preflight = Preflight({"schema": check})
    async with asyncio.timeout(60):
        await preflight.look()
    told = [record for record in caplog.records if "not_looked_at" in str(record.msg)]
    assert [record.levelname for record in told] == ["WARNING", "WARNING"]
    assert ["away" in str(told[0].msg), "no route" in str(told[1].msg)] == [True, True]
    assert seen == ["", "away", "away", "no route"]
    assert not preflight.waiting


async def test_a_fault_of_the_settings_ends_the_looking() -> None:
    async def check() -> None:
        raise Unfit("no key", "add it", final=True)

    with pytest.raises(ExceptionGroup) as ended:
        await Preflight({"engine": check}).look()
    assert ended.group_contains(Unfit)
