"""PostgreSQL and Temporal are reached over TLS: their certificates are verified, and ours is shown."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import make_url
from temporalio.client import Client

from monthline.embedded import EmbeddedServers
from shared.base.settings import TemporalSettings
from shared.contracts.refusals import StoreDown
from shared.engine.temporal import connect
from shared.migrations.run import versions
from shared.store.db import Database
from tests.support.certificates import Authority
from tests.support.tls_fronts import Front, grpc_over_mutual_tls, postgres_over_tls


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture
async def postgres(servers: EmbeddedServers, authority: Authority) -> AsyncIterator[Front]:
    async with postgres_over_tls(servers.postgres.port, authority.issue("postgres")) as front:
        yield front


@pytest.fixture
async def temporal(servers: EmbeddedServers, authority: Authority) -> AsyncIterator[Front]:
    async with grpc_over_mutual_tls(servers.temporal.port, authority.issue("temporal"), authority) as front:
        yield front


def dsn(owner_url: str, front: Front, **query: str) -> str:
    url = make_url(owner_url).set(port=front.port, query=query)
    return url.render_as_string(hide_password=False)


async def answers(url: str) -> bool:
    database = Database(url, pool=1)
    try:
        await database.check()
    except StoreDown:
        return False
    finally:
        await database.close()
    return True


async def test_a_dsn_with_verify_full_reaches_the_database_it_knows(
    owner_url: str, postgres: Front, authority: Authority
) -> None:
    trusted = dsn(owner_url, postgres, sslmode="verify-full", sslrootcert=str(authority.certificate))
    assert await answers(trusted)
    assert postgres.refused == 0


async def test_a_database_with_a_strangers_certificate_is_not_told_the_password(
    owner_url: str, postgres: Front, stranger: Authority
) -> None:
    wrong = dsn(owner_url, postgres, sslmode="verify-full", sslrootcert=str(stranger.certificate))
    assert not await answers(wrong)
    assert postgres.carried == 0


async def test_a_name_that_is_not_in_the_certificate_is_refused(
    owner_url: str, servers: EmbeddedServers, authority: Authority
) -> None:
    other = authority.issue("elsewhere", "db.example.com")
    async with postgres_over_tls(servers.postgres.port, other) as front:
        trusted = {"sslrootcert": str(authority.certificate)}
        assert not await answers(dsn(owner_url, front, sslmode="verify-full", **trusted))
        assert await answers(dsn(owner_url, front, sslmode="verify-ca", **trusted))


async def test_migrations_speak_tls_as_the_dsn_says(
    owner_url: str, postgres: Front, authority: Authority
) -> None:
    trusted = dsn(owner_url, postgres, sslmode="verify-full", sslrootcert=str(authority.certificate))
    have, want = await asyncio.to_thread(versions, trusted, "plans")
    assert have == want
    assert postgres.carried == 1


def shown(authority: Authority, **more: Any) -> dict[str, Any]:
    """The settings of a client that has a certificate of ``authority``."""
    pair = authority.issue("client", "monthline")
    return {
        "temporal_tls_client_cert_path": str(pair.certificate),
        "temporal_tls_client_key_path": str(pair.key),
        **more,
    }


async def reached(front: Front, **settings: Any) -> Client | None:
    given = TemporalSettings(temporal_address=f"127.0.0.1:{front.port}", **settings)
    try:
        return await connect(given, lazy=False)
    except RuntimeError:
        return None


async def test_temporal_is_reached_with_our_certificate(temporal: Front, authority: Authority) -> None:
    ca = str(authority.certificate)
    client = await reached(temporal, **shown(authority, temporal_tls_server_ca_cert_path=ca))
    assert client is not None
    assert await client.service_client.check_health()


async def test_temporal_is_not_reached_without_a_certificate_or_with_a_strangers(
    temporal: Front, authority: Authority, stranger: Authority
) -> None:
    ca = str(authority.certificate)
    assert await reached(temporal, temporal_tls_server_ca_cert_path=ca) is None
    assert await reached(temporal, **shown(stranger, temporal_tls_server_ca_cert_path=ca)) is None


async def test_a_temporal_that_a_stranger_vouches_for_is_refused(
    temporal: Front, authority: Authority, stranger: Authority
) -> None:
    ca = str(stranger.certificate)
    assert await reached(temporal, **shown(authority, temporal_tls_server_ca_cert_path=ca)) is None


async def test_the_name_in_temporals_certificate_may_be_another_than_its_address(
    servers: EmbeddedServers, authority: Authority
) -> None:
    pair = authority.issue("named", "temporal.internal")
    settings = shown(authority, temporal_tls_server_ca_cert_path=str(authority.certificate))
    async with grpc_over_mutual_tls(servers.temporal.port, pair, authority) as front:
        assert await reached(front, **settings) is None
        assert await reached(front, **settings, temporal_tls_server_name="temporal.internal") is not None
