"""NATS as the doctor sees it: the server, the stream's limits, and every durable consumer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import AckPolicy, ConsumerInfo
from nats.js.errors import APIError, NotFoundError

from monthline.deployment import Deployment
from monthline.doctor.verdict import Ill, first_line
from monthline.listeners import all_durables, listeners
from monthline.registry import SERVICES
from shared.base.diagnosis import NATS, Unfit, fix_of
from shared.bus.connection import tls_of
from shared.bus.jetstream import STREAM, Bus
from shared.bus.stream_preflight import check_stream

PATIENCE = 5.0


async def server(deployment: Deployment) -> str:
    """It answers, and keeps streams."""
    async with _connected(deployment) as bus:
        try:
            account = await bus.jetstream.account_info()
        except Exception as error:
            raise Ill(
                f"{bus.address} answers and keeps no streams: {first_line(error)}",
                "start nats-server with JetStream (-js), and let this user ask $JS.API.INFO",
            ) from error
        version = bus.server_version
    return f"NATS {version} at {bus.address}, {account.streams} streams"


async def limits(deployment: Deployment) -> str:
    """The stream is there with the limits that the promises rest on."""
    async with _connected(deployment) as bus:
        try:
            await check_stream(bus)
        except Unfit as unfit:
            raise Ill(str(unfit), unfit.fix) from unfit
        info = await bus.jetstream.stream_info(STREAM)
    return f"{info.state.messages} messages in {STREAM}, limits as they should be"


async def consumers(deployment: Deployment) -> str:
    """Every durable that this version listens with is there and set as it should be."""
    wrong = []
    wanted = all_durables()
    async with _connected(deployment) as bus:
        for durable, subjects in wanted.items():
            try:
                info = await bus.jetstream.consumer_info(STREAM, durable)
            except NotFoundError:
                wrong.append(f"{durable} is not there")
                continue
            except APIError as error:
                raise Ill(f"consumers cannot be looked at: {first_line(error)}", "see stream") from error
            wrong += [f"{durable}: {fault}" for fault in _faults(info, subjects)]
    if wrong:
        raise Ill("; ".join(wrong), "run: monthline migrate")
    return f"{len(wanted)} durable consumers as they should be"


def _faults(info: ConsumerInfo, subjects: tuple[str, ...]) -> list[str]:
    config = info.config
    listens = set(config.filter_subjects or ([config.filter_subject] if config.filter_subject else []))
    faults = [f"listens to {', '.join(sorted(listens))}"] if listens != set(subjects) else []
    return faults + (["does not ask to be acknowledged"] if config.ack_policy != AckPolicy.EXPLICIT else [])


async def users(deployment: Deployment) -> str:
    """Every service can log in as its own user, and may look at the stream and at its own durables."""
    wrong = []
    for service, durables in listeners().items():
        wrong += [
            f"{service}: {fault}" for fault in await _faults_of_user(deployment, service, list(durables))
        ]
    if wrong:
        raise Ill(
            "; ".join(wrong),
            "correct SERVICE_NATS_URL, and the server's accounts (deploy/nats/accounts.conf)",
        )
    own = len({deployment.nats(service) for service in SERVICES})
    return f"{own} users can log in" if own > 1 else "all services log in as the same user"


async def _faults_of_user(deployment: Deployment, service: str, durables: list[str]) -> list[str]:
    try:
        async with _connected(deployment, deployment.nats(service)) as bus:
            try:
                await bus.jetstream.stream_info(STREAM)
                for durable in durables:
                    await bus.jetstream.consumer_info(STREAM, durable)
            except NotFoundError:
                return []  # Told of by the checks of stream and consumers.
            except (NatsTimeout, APIError) as error:
                return [bus.condition.denied or first_line(error)]
    except Ill as ill:
        return [str(ill)]
    return []


@asynccontextmanager
async def _connected(deployment: Deployment, url: str = "") -> AsyncIterator[Bus]:
    bus = Bus(url or deployment.nats_url, name="monthline-doctor", tls=tls_of(deployment))
    try:
        try:
            await bus.connect_within(PATIENCE)
        except Exception as error:
            fix = fix_of(NATS, error) or "start nats-server or correct NATS_URL"
            raise Ill(f"{bus.address} does not answer: {first_line(error)}", fix) from error
        yield bus
    finally:
        await bus.close()
