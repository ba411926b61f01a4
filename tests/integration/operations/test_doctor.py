"""The doctor on a real deployment: well where it is well, and what to fix where it is not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from nats.js.api import AckPolicy, ConsumerConfig
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from monthline.__main__ import app
from monthline.deployment import Deployment
from monthline.doctor import CHECKS, SERVERS, examine
from monthline.doctor.verdict import Verdict
from monthline.embedded import EmbeddedServers
from monthline.embedded.ports import free_port
from monthline.provision import connect_engine, provision_database, provision_engine, provision_stream
from shared.bus.jetstream import STREAM, Bus, stream_config
from shared.contracts.ids import schedule_id
from shared.store.db import Database
from tests.support.deployments import KEY_A, KEY_B, deployment_on


def quiet(_line: str) -> None:
    pass


@contextmanager
def issuer() -> Iterator[str]:
    """A page with one key."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"keys": [{}]}')

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keys)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
async def deployment(empty_servers: EmbeddedServers) -> AsyncIterator[Deployment]:
    """A deployment that has been migrated, with an issuer and a mail server; nothing of ours runs."""
    mail = Controller(object(), hostname="127.0.0.1", port=free_port())
    mail.start()
    with issuer() as url:
        made = deployment_on(
            empty_servers,
            oidc_issuer=url,
            oidc_jwks_url=url,
            smtp_url=f"smtp://127.0.0.1:{mail.port}",
            payload_keys=SecretStr(KEY_A),
        )
        await asyncio.to_thread(provision_database, made, quiet)
        await provision_stream(made, quiet)
        await provision_engine(made, quiet)
        yield made
    mail.stop()


async def looked_at(deployment: Deployment, *names: str) -> dict[str, Verdict]:
    checks = {name: SERVERS[name] for name in names} if names else SERVERS
    return {verdict.name: verdict for verdict in await examine(deployment, checks)}


async def ill(deployment: Deployment, name: str) -> Verdict:
    [verdict] = (await looked_at(deployment, name)).values()
    assert not verdict.well, verdict.found
    return verdict


async def test_a_migrated_deployment_is_well(deployment: Deployment) -> None:
    verdicts = await looked_at(deployment)
    assert {name: one.found for name, one in verdicts.items() if not one.well} == {}
    assert "keys in use: a" in verdicts["keys"].found
    assert "PostgreSQL 1" in verdicts["database"].found


async def test_what_does_not_run_is_named_with_how_to_start_it(deployment: Deployment) -> None:
    verdicts = {verdict.name: verdict for verdict in await examine(deployment)}
    assert "lifecycle" in verdicts["workers"].found
    assert "RUN_WORKER=true" in verdicts["workers"].fix
    assert deployment.url("plans") in verdicts["processes"].found


@pytest.mark.parametrize(
    ("name", "change", "fix"),
    [
        ("database", {"database_url": "postgresql://nobody:secret@127.0.0.1:9/x"}, "DATABASE_URL"),
        ("nats", {"nats_url": "nats://user:secret@127.0.0.1:9"}, "NATS_URL"),
        ("engine", {"temporal_address": "127.0.0.1:9"}, "TEMPORAL_ADDRESS"),
        ("engine", {"temporal_namespace": "elsewhere"}, "namespace create -n elsewhere"),
        ("schedule", {"company": "elsewhere"}, "monthline migrate; or correct COMPANY"),
        ("roles", {"role_secret": "another secret of some length"}, "ROLE_SECRET"),
        ("issuer", {"oidc_jwks_url": "http://127.0.0.1:9/"}, "OIDC_JWKS_URL"),
        ("smtp", {"smtp_url": "smtp://127.0.0.1:9"}, "SMTP_URL"),
        ("smtp", {"smtp_url": "smtp:secret"}, "SMTP_URL"),
        ("keys", {"payload_keys": SecretStr(KEY_B)}, "put the key 'a' into PAYLOAD_KEYS"),
        ("keys", {"payload_keys": SecretStr("a:" + "B" * 43 + "=")}, "put the key 'a' into PAYLOAD_KEYS"),
    ],
)
async def test_what_cannot_be_reached_or_read_is_named_without_its_secret(
    deployment: Deployment, name: str, change: dict[str, object], fix: str
) -> None:
    wrong = deployment.model_copy(update=change)
    verdict = await ill(wrong, name)
    assert fix in verdict.fix
    assert "secret" not in verdict.found.replace("ROLE_SECRET", "")


@asynccontextmanager
async def owner(deployment: Deployment) -> AsyncIterator[Database]:
    store = Database(deployment.database_url)
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("spoil", "mend", "said"),
    [
        (
            "grant update on plans.ledger to monthline_plans",
            "revoke update on plans.ledger from monthline_plans",
            "plans may update plans.ledger",
        ),
        (
            "revoke select, delete on review.comment from monthline_review",
            "grant select, delete on review.comment to monthline_review",
            "review may not delete and select review.comment",
        ),
        (
            "grant select on plans.plan to monthline_notify",
            "revoke select on plans.plan from monthline_notify",
            "notify may select plans.plan",
        ),
        (
            "alter role monthline_scoring superuser",
            "alter role monthline_scoring nosuperuser",
            "which is a superuser",
        ),
        (
            "grant postgres to monthline_directory",
            "revoke postgres from monthline_directory",
            "owns the schema directory",
        ),
    ],
)
async def test_a_role_that_may_too_much_or_too_little_is_named(
    deployment: Deployment, spoil: str, mend: str, said: str
) -> None:
    async with owner(deployment) as store:
        await carry_out(store, spoil)
        verdict = await ill(deployment, "roles")
        await carry_out(store, mend)
    assert said in verdict.found
    assert "monthline migrate" in verdict.fix
    assert (await looked_at(deployment, "roles"))["roles"].well


async def carry_out(store: Database, statement: str) -> None:
    async with store.transaction() as connection:
        await connection.execute(text(statement))


async def test_a_service_that_logs_in_as_the_owner_is_named(deployment: Deployment) -> None:
    wrong = deployment.model_copy(update={"plans_database_url": deployment.database_url})
    verdict = await ill(wrong, "roles")
    assert "plans logs in as postgres" in verdict.found
    assert "SERVICE_DATABASE_URL" in verdict.fix


async def test_a_process_that_is_no_part_of_up_is_asked_too(deployment: Deployment) -> None:
    with_codec = deployment.model_copy(update={"process_urls": {"codec": "http://127.0.0.1:9/"}})
    [verdict] = await examine(with_codec, {"processes": CHECKS["processes"]})
    assert "http://127.0.0.1:9/readyz does not answer" in verdict.found


@pytest.mark.parametrize(
    ("version", "fix"), [("0000", "monthline migrate"), ("9999", "this program is older")]
)
async def test_a_schema_of_another_version_is_named_and_left_as_it_is(
    deployment: Deployment, version: str, fix: str
) -> None:
    async with owner(deployment) as store:
        was = await store.schema_version("review")
        await set_version(store, version)
        verdict = await ill(deployment, "schemas")
        assert await store.schema_version("review") == version
        await set_version(store, str(was))
    assert f"review is at {version} instead of {was}" in verdict.found
    assert fix in verdict.fix


async def set_version(store: Database, version: str) -> None:
    async with store.transaction() as connection:
        statement = text("update review.alembic_version set version_num = :version")
        await connection.execute(statement, {"version": version})


async def test_other_limits_of_the_stream_and_a_consumer_are_named_and_left_as_they_are(
    deployment: Deployment,
) -> None:
    bus = Bus(deployment.nats_url, name="tests")
    await bus.connect()
    await bus.jetstream.update_stream(stream_config().evolve(duplicate_window=60))
    verdict = await ill(deployment, "stream")
    assert "duplicate_window is 60" in verdict.found
    assert (await bus.jetstream.stream_info(STREAM)).config.duplicate_window == 60
    await bus.jetstream.update_stream(stream_config())
    listens = ConsumerConfig(
        durable_name="review-plans", filter_subjects=["monthline.x"], ack_policy=AckPolicy.EXPLICIT
    )
    await bus.jetstream.delete_consumer(STREAM, "review-plans")
    await bus.jetstream.add_consumer(STREAM, listens)
    await bus.jetstream.delete_consumer(STREAM, "review-org")
    verdict = await ill(deployment, "consumers")
    assert "review-plans: listens to monthline.x" in verdict.found
    assert "review-org is not there" in verdict.found
    await provision_stream(deployment, quiet)
    await bus.close()


async def test_a_paused_schedule_is_named(deployment: Deployment) -> None:
    handle = (await connect_engine(deployment)).get_schedule_handle(schedule_id(deployment.company))
    await handle.pause()
    verdict = await ill(deployment, "schedule")
    assert "--unpause" in verdict.fix
    await handle.unpause()


def env_of(deployment: Deployment) -> dict[str, str]:
    """The environment that describes a deployment."""
    keys = deployment.payload_keys.get_secret_value()
    shown = {
        name: getattr(deployment, name) for name in ("database_url", "role_secret", "nats_url", "company")
    }
    shown |= {
        name: getattr(deployment, name) for name in ("temporal_address", "oidc_issuer", "oidc_jwks_url")
    }
    return {name.upper(): str(value) for name, value in shown.items()} | {"PAYLOAD_KEYS": keys}


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it printed."""

    exit_code: int
    output: str


async def doctor(env: dict[str, str], *options: str) -> Answer:
    """``monthline doctor`` as it is typed."""

    def typed() -> Answer:
        result = CliRunner().invoke(app, ["doctor", *options], env=env)
        return Answer(result.exit_code, result.output)

    return await asyncio.to_thread(typed)


async def test_the_command_ends_well_where_all_is_well(deployment: Deployment) -> None:
    answer = await doctor(env_of(deployment), "--servers-only")
    assert answer.exit_code == 0, answer.output
    assert f"{len(SERVERS)} passed, 0 failed" in answer.output


async def test_the_command_ends_with_1_and_says_what_to_fix(deployment: Deployment) -> None:
    answer = await doctor(env_of(deployment) | {"COMPANY": "elsewhere"}, "--servers-only")
    assert answer.exit_code == 1
    assert "✗ schedule: there is no schedule open-month:elsewhere" in answer.output
    assert "→ run: monthline migrate; or correct COMPANY" in answer.output


async def test_the_command_names_every_wrong_setting_at_once_and_ends_with_2() -> None:
    wrong = {"DATABASE_URL": "mysql://x", "ROLE_SECRET": "short", "PAYLOAD_KEYS": "x", "PROCESS_URLS": "{"}
    answer = await doctor(wrong)
    assert answer.exit_code == 2
    assert all(f"{name}: " in answer.output for name in wrong)
