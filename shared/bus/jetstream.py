"""NATS JetStream: the connection, the stream of facts and the durables that read it."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from shared.base.tasks import within
from shared.bus.connection import Condition, address_of, connect, disconnect
from shared.store.outbox import LARGEST, OutboxMessage
from shared.telemetry import tracing

STREAM = "PLAN_EVENTS"
SUBJECTS = "monthline.>"
DUPLICATE_WINDOW = 30 * 60
MAX_AGE = 30 * 24 * 3600
"""Seconds that the stream keeps a fact. Inboxes keep their rows longer (``shared.process.reconcile``):
a durable that is created again reads from the beginning and repeats nothing."""
ACK_WAIT = 10.0
"""Seconds after which what a dead consumer had fetched goes to another."""


class Bus:
    """One connection to NATS that reconnects for ever.

    With ``tls`` it speaks to no server that offers none. ``idle`` is set by a process that does not use it.
    ``condition`` is what the server has said of the connection.
    """

    def __init__(self, url: str, *, name: str, tls: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.idle = False
        self.condition = Condition()
        self._name = name
        self._tls = tls
        self._client: Client | None = None

    @property
    def address(self) -> str:
        """Where the servers are, without the password."""
        return address_of(self.url)

    async def connect(self) -> None:
        """Connect, retrying for ever."""
        self._client = await connect(self.url, name=self._name, tls=self._tls, condition=self.condition)

    async def connect_within(self, seconds: float) -> None:
        """Connect; raises ConnectionError with what is wrong when that takes longer."""
        try:
            async with within(seconds):
                await self.connect()
        except TimeoutError as error:
            trouble = self.condition.trouble or f"no answer within {seconds:.0f} s"
            raise ConnectionError(trouble) from error

    @property
    def server_version(self) -> str:
        """What the server calls its version; empty before :meth:`connect`."""
        return str(self._client.connected_server_version) if self._client is not None else ""

    @property
    def connected(self) -> bool:
        """Whether the connection stands now."""
        return self._client is not None and self._client.is_connected

    @property
    def jetstream(self) -> JetStreamContext:
        """The JetStream of the connection; raises ConnectionError before :meth:`connect`."""
        if self._client is None:
            raise ConnectionError(f"not connected to NATS at {self.address}")
        return self._client.jetstream(timeout=5)

    async def publish(self, letter: OutboxMessage) -> None:
        """Publish and wait for the acknowledgement; a repeat within the window is dropped there."""
        headers = {"Nats-Msg-Id": str(letter.id)}
        with tracing.child(f"publish {letter.subject}", kind="producer", parent=letter.traceparent) as span:
            if span is not None:
                headers["traceparent"] = span.traceparent
            await self.jetstream.publish(letter.subject, letter.body, headers=headers, timeout=5)

    async def close(self) -> None:
        """Send what is in the buffer and disconnect."""
        if self._client is not None:
            await disconnect(self._client)


def stream_config() -> StreamConfig:
    """The stream as Monthline wants it; ``monthline migrate`` makes it so."""
    return StreamConfig(
        name=STREAM,
        subjects=[SUBJECTS],
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        deny_delete=True,
        deny_purge=True,
        duplicate_window=DUPLICATE_WINDOW,
        max_msg_size=LARGEST,
        max_age=MAX_AGE,
    )


async def provision(bus: Bus) -> str:
    """Create the stream when it is absent, correct one with other limits; what was done.

    What an operator has chosen beyond these limits stays, such as replicas, or a shorter age.
    """
    try:
        found = (await bus.jetstream.stream_info(STREAM)).config
    except NotFoundError:
        await bus.jetstream.add_stream(stream_config())
        return "created"
    wanted = corrected(found)
    if wanted == found:
        return "is as this version wants it"
    await bus.jetstream.update_stream(wanted)
    return "corrected"


def corrected(found: StreamConfig) -> StreamConfig:
    """A stream's settings with the limits that the promises rest on; its storage cannot be changed."""
    return replace(
        found,
        subjects=[SUBJECTS],
        discard=DiscardPolicy.NEW,
        deny_delete=True,
        deny_purge=True,
        duplicate_window=max(found.duplicate_window or 0, DUPLICATE_WINDOW),
        max_msg_size=LARGEST,
        max_age=min(found.max_age or MAX_AGE, MAX_AGE),
    )


def consumer_config(durable: str, subjects: Sequence[str]) -> ConsumerConfig:
    """A durable consumer as Monthline wants it."""
    return ConsumerConfig(
        durable_name=durable,
        filter_subjects=list(subjects),
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=ACK_WAIT,
        max_ack_pending=500,
    )


async def provision_consumers(bus: Bus, durables: Mapping[str, Sequence[str]]) -> None:
    """Create the durables, or give them the subjects that this version of the program listens to."""
    for durable, subjects in durables.items():
        await bus.jetstream.add_consumer(STREAM, consumer_config(durable, subjects))
