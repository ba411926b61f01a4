"""On NATS a service tells its own facts and reads its own durables, and nothing else (attack S17)."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import nats
import pytest
from nats.aio.client import Client

from monthline.deployment import Deployment
from monthline.doctor.stream import users
from monthline.doctor.verdict import Ill
from monthline.listeners import all_durables, listeners
from monthline.nats_accounts import OPERATOR
from monthline.provision import provision_stream
from monthline.registry import SERVICES
from services.plans.reactions import REACTIONS
from services.plans.store.tables import OUTBOX as PLANS_OUTBOX
from services.scoring.store.tables import OUTBOX as SCORING_OUTBOX
from shared.base.diagnosis import NATS, fix_of
from shared.bus.consumer import Consumer, each
from shared.bus.envelope import Meta
from shared.bus.jetstream import STREAM, Bus
from shared.bus.relay import Relay
from shared.contracts.events import EVENTS, Event, MetricRecorded
from shared.process.runner import bus_check
from shared.store.db import Connection, Database
from tests.support.background import listening, running
from tests.support.certificates import Authority
from tests.support.guarded_nats import GuardedNats

API = "$JS.API"
As = Callable[[str], AbstractAsyncContextManager[Bus]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedNats]:
    with GuardedNats(tmp_path_factory.mktemp("guarded"), authority.issue("nats")) as started:
        yield started


@pytest.fixture(scope="module")
async def provisioned(server: GuardedNats, authority: Authority) -> GuardedNats:
    deployment = Deployment.model_validate(
        {
            "database_url": "postgresql://unused/unused",
            "role_secret": "x" * 16,
            "nats_url": server.url_of(OPERATOR),
            "nats_ca": str(authority.certificate),
        }
    )
    await provision_stream(deployment, lambda line: None)
    return server


@pytest.fixture
def connected(provisioned: GuardedNats, authority: Authority) -> As:
    @asynccontextmanager
    async def connected_as(user: str) -> AsyncIterator[Bus]:
        tls = ssl.create_default_context(cafile=str(authority.certificate))
        bus = Bus(provisioned.url_of(user), name=f"test-{user}", tls=tls)
        await bus.connect()
        try:
            yield bus
        finally:
            await bus.close()

    return connected_as


async def test_the_doctor_logs_in_as_every_service_and_names_those_that_cannot(
    provisioned: GuardedNats, authority: Authority
) -> None:
    urls = {f"{service}_nats_url": provisioned.url_of(service) for service in SERVICES}
    deployment = Deployment.model_validate(
        {
            "database_url": "postgresql://unused/unused",
            "role_secret": "x" * 16,
            "nats_url": provisioned.url_of(OPERATOR),
            "nats_ca": str(authority.certificate),
            **urls,
        }
    )
    assert await users(deployment) == "5 users can log in"
    wrong = urls["plans_nats_url"].replace(provisioned.passwords["plans"], "hunter2")
    spoilt = deployment.model_copy(
        update={"plans_nats_url": wrong, "review_nats_url": urls["scoring_nats_url"]}
    )
    with pytest.raises(Ill, match=r"(?i)plans: .*authorization violation") as ill:
        await users(spoilt)
    assert "review: " in str(ill.value)
    assert "permissions violation" in str(ill.value).lower()
    assert "hunter2" not in str(ill.value)


async def test_a_password_that_is_wrong_is_said_to_be_with_what_to_do(
    provisioned: GuardedNats, authority: Authority
) -> None:
    tls = ssl.create_default_context(cafile=str(authority.certificate))
    url = provisioned.url_of("plans").replace(provisioned.passwords["plans"], "hunter2")
    bus = Bus(url, name="test", tls=tls)
    with pytest.raises(ConnectionError, match=r"(?i)authorization violation") as refused:
        await bus.connect_within(2)
    assert "hunter2" not in str(refused.value)
    assert "user and password in NATS_URL" in (fix_of(NATS, refused.value) or "")


class Intruder:
    """Somebody who has a service's password and tries what its code never does."""

    def __init__(self, client: Client, refusals: list[str]) -> None:
        self._client = client
        self._refusals = refusals

    async def may_publish(self, subject: str) -> bool:
        """Whether the server takes a message on ``subject``."""
        await self._client.publish(subject, b"{}", reply="_INBOX.elsewhere")
        return await self._unopposed(f'publish to "{subject.lower()}"')

    async def may_listen(self, subject: str) -> bool:
        """Whether the server lets it listen to ``subject``."""
        await self._client.subscribe(subject)
        return await self._unopposed(f'subscription to "{subject.lower()}"')

    async def _unopposed(self, words: str) -> bool:
        # The server answers in order, but the client's first ping overtakes what is in its own buffer.
        await self._client.flush()
        await self._client.flush()
        return not any(words in refusal for refusal in self._refusals)


@asynccontextmanager
async def intruder(server: GuardedNats, authority: Authority, user: str) -> AsyncIterator[Intruder]:
    refusals: list[str] = []

    async def note(error: Exception) -> None:
        refusals.append(str(error).lower())

    client = await nats.connect(
        server.url_of(user),
        tls=ssl.create_default_context(cafile=str(authority.certificate)),
        error_cb=note,
        allow_reconnect=False,
    )
    try:
        yield Intruder(client, refusals)
    finally:
        await client.close()


async def stream_size(connected: As) -> int:
    async with connected(OPERATOR) as bus:
        return (await bus.jetstream.stream_info(STREAM)).state.messages


async def test_a_fact_goes_from_one_service_to_another_with_the_permissions_of_both(
    connected: As, databases: Callable[[str], Database]
) -> None:
    scoring, plans = databases("scoring"), databases("plans")
    told = MetricRecorded(metric="revenue", month="2026-03", value="12", source="test", version=1)
    async with connected("scoring") as from_scoring, connected("plans") as to_plans:
        async with scoring.transaction() as connection:
            await SCORING_OUTBOX.tell(connection, told)
        assert await Relay(scoring, SCORING_OUTBOX, from_scoring).relay_once() == 1
        [reaction] = [one for one in REACTIONS if one.durable == "plans-metrics"]
        taken = asyncio.Event()

        async def take(connection: Connection, event: Event, meta: Meta) -> None:
            taken.set()

        consumer = Consumer(plans, PLANS_OUTBOX, to_plans, replace(reaction, handler=each(take)))
        async with running(consumer.run()), asyncio.timeout(60):
            await taken.wait()
            while await _unacknowledged(connected, "plans-metrics"):
                await asyncio.sleep(0.02)


async def _unacknowledged(connected: As, durable: str) -> int:
    async with connected(OPERATOR) as bus:
        info = await bus.jetstream.consumer_info(STREAM, durable)
        return (info.num_ack_pending or 0) + (info.num_pending or 0)


async def test_every_service_may_tell_every_fact_of_its_own_and_none_of_anothers(
    provisioned: GuardedNats, authority: Authority, connected: As
) -> None:
    before = await stream_size(connected)
    granted = set()
    for service in SERVICES:
        async with intruder(provisioned, authority, service) as somebody:
            granted |= {(service, told) for told in EVENTS if await somebody.may_publish(told)}
    assert granted == {(kind.owner, told) for told, kind in EVENTS.items()}
    assert await stream_size(connected) == before + len(EVENTS)


async def test_a_service_reads_its_own_durables_alone(provisioned: GuardedNats, authority: Authority) -> None:
    granted = set()
    for service in SERVICES:
        async with intruder(provisioned, authority, service) as somebody:
            for durable in all_durables():
                asked = f"{API}.CONSUMER.MSG.NEXT.{STREAM}.{durable}"
                acknowledged = f"$JS.ACK.{STREAM}.{durable}.1.1.1.1.1"
                if await somebody.may_publish(asked) or await somebody.may_publish(acknowledged):
                    granted.add((service, durable))
    assert granted == {(service, durable) for service, own in listeners().items() for durable in own}


@pytest.mark.parametrize("user", [*SERVICES, OPERATOR])
@pytest.mark.parametrize(
    "question",
    [
        f"{API}.STREAM.PURGE.{STREAM}",
        f"{API}.STREAM.DELETE.{STREAM}",
        f"{API}.STREAM.MSG.DELETE.{STREAM}",
        f"{API}.CONSUMER.DELETE.{STREAM}.plans-org",
        f"{API}.CONSUMER.CREATE.{STREAM}.spy",
        f"{API}.CONSUMER.DURABLE.CREATE.{STREAM}.spy",
    ],
)
async def test_nobody_may_purge_delete_or_listen_in_secret(
    provisioned: GuardedNats, authority: Authority, user: str, question: str
) -> None:
    async with intruder(provisioned, authority, user) as somebody:
        assert not await somebody.may_publish(question)


@pytest.mark.parametrize("subject", ["monthline.>", "_INBOX.plans.>", "_INBOX.>", "$JS.ACK.>", ">"])
async def test_a_service_cannot_listen_past_its_durables(
    provisioned: GuardedNats, authority: Authority, subject: str
) -> None:
    async with intruder(provisioned, authority, "review") as somebody:
        assert not await somebody.may_listen(subject)
        assert await somebody.may_listen("_INBOX.review.>")


async def test_a_wrong_password_and_an_unknown_authority_are_refused(
    provisioned: GuardedNats, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "stranger")
    for url, trusted in (
        (provisioned.url_of("plans"), stranger),
        (provisioned.url_of("plans").replace("plans:", "plans:x"), authority),
    ):
        bus = Bus(url, name="test", tls=ssl.create_default_context(cafile=str(trusted.certificate)))
        with pytest.raises(ConnectionError):
            await bus.connect_within(1)
        assert not bus.connected


@pytest.mark.parametrize(("scheme", "told"), [("tls", False), ("nats", True)])
async def test_a_password_is_not_told_to_a_server_that_offers_no_tls(scheme: str, told: bool) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = {"server_id": "x", "version": "2.15.1", "auth_required": True, "max_payload": 1024}
        writer.write(f"INFO {json.dumps(info)}\r\n".encode())
        heard.put_nowait(await reader.read(4096))

    async with listening(serve) as port:
        tls = ssl.create_default_context() if scheme == "tls" else None
        bus = Bus(f"{scheme}://plans:hunter2@127.0.0.1:{port}", name="test", tls=tls)
        async with running(bus.connect()):
            assert (b"hunter2" in await asyncio.wait_for(heard.get(), 60)) is told
        await bus.close()


async def test_a_process_without_workers_is_ready_without_the_bus() -> None:
    bus = Bus("nats://127.0.0.1:1", name="test")
    with pytest.raises(ConnectionError):
        await bus_check(bus, ())
    bus.idle = True
    await bus_check(bus, ())
