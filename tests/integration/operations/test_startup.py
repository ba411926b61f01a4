"""A process looks at its servers before it begins, says what is wrong, and changes nothing until then."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import make_url, text

from monthline.embedded import EmbeddedServers
from monthline.provision import connect_engine, provision_database, provision_engine, provision_stream
from shared.base.diagnosis import Unfit
from shared.base.keys import Keyring, parse_keys
from shared.bus.jetstream import STREAM, Bus
from shared.engine.codec import Codec
from shared.health.preflight import check_engine, sampled_payloads
from shared.migrations.newest import newest
from shared.store.db import Database
from tests.support.deployments import KEY_A, KEY_B, deployment_on, process

EXPECTED = {
    "monthline_build_info",
    "monthline_outbox_oldest_seconds",
    "monthline_commands_pending",
    "monthline_plans",
    "monthline_consumer_pending_events",
    "monthline_pool_connections_used",
    "monthline_unfit",
    "temporal_worker_task_slots_available",
    "temporal_num_pollers",
}


def quiet(_line: str) -> None:
    pass


async def test_a_process_waits_for_its_schema_and_its_stream_and_then_begins(
    empty_servers: EmbeddedServers, tmp_path: Path
) -> None:
    deployment = deployment_on(empty_servers)
    await asyncio.to_thread(provision_database, deployment, quiet)
    owner = Database(deployment.database_url)
    async with owner.transaction() as connection:
        await connection.execute(text("update plans.alembic_version set version_num = '0000'"))
    bus = Bus(deployment.nats_url, name="tests")
    await bus.connect()
    async with process(deployment, "plans", tmp_path) as started:
        await started.until(503, "schema plans is at 0000 and this program needs .*monthline migrate")
        await started.until(503, f"no stream {STREAM}.*monthline migrate")
        async with owner.transaction() as connection:
            await connection.execute(text("update plans.alembic_version set version_num = '9999'"))
        assert await streams(bus) == 0
        await provision_stream(deployment, quiet)
        await started.until(200)
        assert await families(started.url) >= EXPECTED
    async with owner.transaction() as connection:
        await connection.execute(
            text("update plans.alembic_version set version_num = :was"), {"was": newest("plans")}
        )
    await bus.close()
    await owner.close()


async def test_a_process_says_why_it_may_not_use_its_servers_and_what_to_do(
    empty_servers: EmbeddedServers, tmp_path: Path
) -> None:
    deployment = deployment_on(empty_servers, plans_database_url=with_password(empty_servers, "hunter2"))
    async with process(deployment, "plans", tmp_path, {"NATS_URL": "nats://127.0.0.1:9"}) as started:
        await started.until(
            503, "password authentication failed for user .*correct user and password in DATABASE_URL"
        )
        await started.until(503, "not connected to NATS at 127.0.0.1:9: .*111")
    said = started.log.read_text()
    assert said.count('"event": "process.unfit"') == 1
    assert said.count('"event": "nats.trouble"') == 1
    assert "hunter2" not in said


def with_password(servers: EmbeddedServers, password: str) -> str:
    """The owner's DSN with another password."""
    url = make_url(servers.postgres.url).set(password=password)
    return url.render_as_string(hide_password=False)


async def families(url: str) -> set[str]:
    """The names of the figures that a process shows."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{url}/metrics")
    assert "not_read" not in answer.text
    return {family.name for family in text_string_to_metric_families(answer.text)}


async def streams(bus: Bus) -> int:
    return len(await bus.jetstream.streams_info())


async def test_a_namespace_that_is_not_there_is_named(empty_servers: EmbeddedServers) -> None:
    client = await connect_engine(deployment_on(empty_servers, temporal_namespace="elsewhere"))
    with pytest.raises(Unfit, match="no namespace elsewhere") as unfit:
        await check_engine(client, Codec(Keyring(), 0), "acme")
    assert "temporal operator namespace create -n elsewhere" in unfit.value.fix
    assert not unfit.value.final


async def test_a_key_that_cannot_decrypt_ends_the_process_and_is_named(
    empty_servers: EmbeddedServers, tmp_path: Path
) -> None:
    deployment = deployment_on(empty_servers, payload_keys=SecretStr(KEY_A))
    await asyncio.to_thread(provision_database, deployment, quiet)
    await provision_engine(deployment, quiet)
    async with process(deployment, "directory", tmp_path, {"PAYLOAD_KEYS": KEY_B}) as started:
        assert await asyncio.wait_for(started.process.wait(), 60) == 1
    said = started.log.read_text()
    assert "PAYLOAD_KEYS does not have" in said
    assert "put the key 'a' into PAYLOAD_KEYS" in said
    assert "Traceback" not in said
    assert "BBBB" not in said


async def test_where_nothing_but_what_is_encrypted_is_read_plain_text_of_the_engine_is_named(
    empty_servers: EmbeddedServers,
) -> None:
    plain = deployment_on(empty_servers, company="plain")
    await provision_engine(plain, quiet)
    client = await connect_engine(plain)
    await check_engine(client, Codec(parse_keys(KEY_A), 0), "plain")
    with pytest.raises(Unfit, match="not encrypted") as unfit:
        await check_engine(client, Codec(parse_keys(KEY_A), 0, strict=True), "plain")
    assert "PAYLOAD_STRICT" in unfit.value.fix


async def test_the_schedule_moves_to_the_newest_key_when_migrated_again(
    empty_servers: EmbeddedServers,
) -> None:
    old = deployment_on(empty_servers, company="rotated", payload_keys=SecretStr(KEY_A))
    await provision_engine(old, quiet)
    both = deployment_on(empty_servers, company="rotated", payload_keys=SecretStr(f"{KEY_B},{KEY_A}"))
    await provision_engine(both, quiet)
    kept = await sampled_payloads(await connect_engine(both), "rotated")
    assert await Codec(parse_keys(KEY_B), 0).decode(kept)
