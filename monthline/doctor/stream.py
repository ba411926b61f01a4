"""NATS as the doctor sees it: the server, the stream's limits, and every durable consumer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.js.api import AckPolicy, ConsumerInfo
from nats.js.errors import APIError, NotFoundError

from monthline.deployment import Deployment
from monthline.doctor.verdict import Ill, first_line
from monthline.listeners import all_durables
from shared.bus import STREAM, Bus
from shared.diagnosis import NATS, Unfit, fix_of
from shared.nats_connection import tls_of
from shared.stream import stream_is_fit

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
            await stream_is_fit(bus)
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


@asynccontextmanager
async def _connected(deployment: Deployment) -> AsyncIterator[Bus]:
    bus = Bus(deployment.nats_url, name="monthline-doctor", tls=tls_of(deployment))
    try:
        try:
            await bus.connect_within(PATIENCE)
        except Exception as error:
            fix = fix_of(NATS, error) or "start nats-server or correct NATS_URL"
            raise Ill(f"{bus.address} does not answer: {first_line(error)}", fix) from error
        yield bus
    finally:
        await bus.close()
