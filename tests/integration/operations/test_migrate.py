"""``monthline migrate`` looks at all servers before it changes one, and says what is wrong with each."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner

from monthline.__main__ import app
from monthline.embedded import EmbeddedServers
from monthline.provision import provision_database
from tests.support.deployments import SECRET, deployment_on


@pytest.fixture
def env(empty_servers: EmbeddedServers) -> dict[str, str]:
    return {
        "DATABASE_URL": empty_servers.postgres.url,
        "ROLE_SECRET": SECRET,
        "NATS_URL": empty_servers.nats.url,
        "TEMPORAL_ADDRESS": empty_servers.temporal.address,
        "COMPANY": "acme",
    }


@pytest.fixture
def new_database(empty_servers: EmbeddedServers) -> Iterator[str]:
    """An empty database beside the others, as its superuser sees it."""
    run(empty_servers.postgres.url, "create database empty")
    yield empty_servers.postgres.url_of("empty")
    run(empty_servers.postgres.url, "drop database empty with (force)")


def run(url: str, *statements: str) -> list[object]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        answers = [connection.execute(text(statement)) for statement in statements]
        found = [row[0] for answer in answers if answer.returns_rows for row in answer]
    engine.dispose()
    return found


def schemas(url: str) -> list[object]:
    return run(url, "select nspname from pg_namespace where nspname in ('plans', 'review', 'notify')")


def migrated(env: dict[str, str]) -> tuple[int, str]:
    """``monthline migrate`` as it is typed; how it ended, and what it said."""
    result = CliRunner().invoke(app, ["migrate"], env=env)
    return result.exit_code, result.output


async def test_nothing_is_changed_where_one_server_is_not_as_it_should_be(
    env: dict[str, str], new_database: str
) -> None:
    wrong = env | {"DATABASE_URL": new_database, "TEMPORAL_NAMESPACE": "elsewhere"}
    code, said = await asyncio.to_thread(migrated, wrong)
    assert code == 2
    assert "Temporal has no namespace elsewhere" in said
    assert "temporal operator namespace create -n elsewhere" in said
    assert "correct TEMPORAL_ADDRESS" not in said
    assert "Nothing has been changed" in said
    assert schemas(new_database) == []


async def test_every_server_that_cannot_be_used_is_named(env: dict[str, str]) -> None:
    wrong = {"DATABASE_URL": f"{env['DATABASE_URL']}x", "NATS_URL": "nats://127.0.0.1:9"}
    code, said = await asyncio.to_thread(migrated, env | wrong)
    assert code == 2
    flat = " ".join(said.split())
    assert "Create the database and let this role use it, or correct DATABASE_URL." in flat
    assert "NATS at 127.0.0.1:9 cannot be used" in flat
    assert "Start it, or correct NATS_URL." in flat


async def test_a_role_that_may_make_no_roles_is_named_before_anything_is_made(
    env: dict[str, str], new_database: str
) -> None:
    run(new_database, "create role humble login password 'humble'")
    url = make_url(new_database).set(username="humble", password="humble")
    humble = env | {"DATABASE_URL": url.render_as_string(hide_password=False)}
    code, said = await asyncio.to_thread(migrated, humble)
    run(new_database, "drop role humble")
    assert code == 2
    assert "the role humble may not create roles in empty" in " ".join(said.split())


async def test_a_schema_that_is_newer_than_the_program_is_named_and_left_as_it_is(
    env: dict[str, str], empty_servers: EmbeddedServers
) -> None:
    await asyncio.to_thread(provision_database, deployment_on(empty_servers), lambda _line: None)
    url = empty_servers.postgres.url
    [was] = run(url, "select version_num from review.alembic_version")
    run(url, "update review.alembic_version set version_num = '9999'")
    code, said = await asyncio.to_thread(migrated, env)
    [left] = run(url, "select version_num from review.alembic_version")
    run(url, f"update review.alembic_version set version_num = '{was}'")
    assert code == 2
    assert left == "9999"
    flat = " ".join(said.split())
    assert f"schema review is at 9999 and this program knows none after {was}" in flat
    assert "Migrate with the newer program" in flat
    assert "correct DATABASE_URL" not in flat
