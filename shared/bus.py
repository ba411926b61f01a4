"""NATS JetStream: the stream of facts, the relay that feeds it and the consumers that read it."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
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
from pydantic import ValidationError

from shared import log, metrics, tracing
from shared.contracts.events import EVENTS, Event
from shared.contracts.refusals import StoreDown
from shared.db import Connection, Database
from shared.nats_connection import address_of, connect
from shared.outbox import LARGEST, Letter, Outbox, traceparent

STREAM = "PLAN_EVENTS"
SUBJECTS = "monthline.>"
DUPLICATE_WINDOW = 30 * 60
MAX_AGE = 30 * 24 * 3600
"""Seconds that the stream keeps a fact. Inboxes remember longer (``shared.reconcile.KEEP_DAYS``), so that a
durable made anew, which reads from the beginning, repeats nothing."""
MAX_DELIVER = 8
BACKOFF = (0.2, 1.0, 5.0, 15.0, 60.0)
BATCH = 64
POLL = 0.5
"""Seconds between two looks at the outbox, which other processes may have written to."""
FETCH = 16
ACK_WAIT = 10.0
"""Seconds after which what a dead consumer had fetched goes to another."""
logger = log.get(__name__)


@dataclass(frozen=True)
class Meta:
    """Of a message: the event's id, how often it has been delivered, and its CloudEvents JSON as it came."""

    event_id: str
    delivered: int
    body: bytes = b""


Handler = Callable[[Connection, Event, Meta], Awaitable[None]]


@dataclass(frozen=True)
class Reaction:
    """A durable consumer: its name, what it listens to and what it does in one transaction."""

    durable: str
    subjects: tuple[str, ...]
    handler: Handler


class Poison(Exception):
    """A message that no number of deliveries will make readable."""


def read(subject: str, body: bytes) -> tuple[str, Event, str | None]:
    """The event's id, the event and its trace context, from CloudEvents JSON.

    Raises:
        Poison: not JSON, not CloudEvents, of an unknown type, not of that type's shape, or told on
            another subject than its type's: permissions are on subjects.
    """
    try:
        envelope = json.loads(body)
        if envelope["type"] != subject:
            raise ValueError(f"an event of type {str(envelope['type'])[:100]}")
        kind = EVENTS[envelope["type"]]
        event = kind.model_validate(envelope["data"])
        return str(envelope["id"]), event, envelope.get("traceparent")
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Poison(f"{subject}: {type(error).__name__}: {str(error)[:500]}") from error


class Bus:
    """One connection to NATS that reconnects for ever.

    With ``tls`` it speaks to no server that offers none. ``idle`` is set by a process that does not use it.
    """

    def __init__(self, url: str, *, name: str, tls: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.idle = False
        self._name = name
        self._tls = tls
        self._client: Client | None = None

    @property
    def address(self) -> str:
        """Where the servers are, without the password."""
        return address_of(self.url)

    async def connect(self) -> None:
        """Connect, retrying for ever."""
        self._client = await connect(self.url, name=self._name, tls=self._tls)

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

    async def publish(self, letter: Letter) -> None:
        """Publish and wait for the acknowledgement; a repeat within the window is dropped there."""
        headers = {"Nats-Msg-Id": str(letter.id)}
        with tracing.child(f"publish {letter.subject}", kind="producer", parent=letter.traceparent) as span:
            if span is not None:
                headers["traceparent"] = span.traceparent
            await self.jetstream.publish(letter.subject, letter.body, headers=headers, timeout=5)

    async def close(self) -> None:
        """Send what is in the buffer and disconnect."""
        if self._client is not None:
            try:
                async with asyncio.timeout(3):
                    await self._client.close()
            except (NatsError, TimeoutError):
                logger.info("nats.close_timeout")


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


class Relay:
    """Takes letters from an outbox to the stream, each at least once."""

    def __init__(self, database: Database, outbox: Outbox, bus: Bus) -> None:
        self._database = database
        self._outbox = outbox
        self._bus = bus
        self._woken = asyncio.Event()
        outbox.wake = self._woken.set

    async def run(self) -> None:
        """Relay until cancelled; troubles are waited out."""
        while True:
            pause = POLL
            try:
                if self._woken.is_set() or await self._anything_waits():
                    self._woken.clear()
                    pause = 0 if await self.relay_once() == BATCH else POLL
            except (StoreDown, NatsError, ConnectionError, TimeoutError) as error:
                logger.info("relay.waiting", error=type(error).__name__)
                pause = 1.0
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def _anything_waits(self) -> bool:
        async with self._database.autocommit() as connection:
            return await self._outbox.anything_waits(connection)

    async def relay_once(self) -> int:
        """Publish one batch and mark what was acknowledged; how many that were."""
        async with self._database.transaction() as connection:
            letters = await self._outbox.waiting(connection, BATCH)
            if not letters:
                return 0
            answers = await asyncio.gather(
                *(self._bus.publish(letter) for letter in letters), return_exceptions=True
            )
            sent = [letter for letter, answer in zip(letters, answers, strict=True) if answer is None]
            if sent:
                await self._outbox.mark_published(connection, sent)
        metrics.EVENTS_PUBLISHED.inc(len(sent))
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        metrics.EVENTS_REFUSED.inc(len(failed))
        if failed:
            logger.warning("relay.refused", count=len(failed), error=repr(failed[0])[:200])
            await asyncio.sleep(0.5)
        return len(sent)


class Consumer:
    """Runs one reaction: inbox row and effect in one transaction, then the acknowledgement."""

    def __init__(self, database: Database, outbox: Outbox, bus: Bus, reaction: Reaction) -> None:
        self._database = database
        self._outbox = outbox
        self._bus = bus
        self._reaction = reaction
        self.fetched_at = time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the stream has answered within the last 30 s."""
        return time.monotonic() - self.fetched_at < 30

    async def run(self) -> None:
        """Consume until cancelled; binds again whenever the broker was away."""
        while True:
            try:
                subscription = await self._bind()
                while True:
                    await self._take(await self._fetch(subscription))
            except (NatsError, ConnectionError, TimeoutError) as error:
                logger.info("consumer.rebinding", durable=self._reaction.durable, error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _bind(self) -> JetStreamContext.PullSubscription:
        """Bind to the durable that ``monthline migrate`` made; make it where that did not run.

        One that is there is left as it is: during a roll-out the old process must not undo what the
        migration of the new one has set, and a service's NATS user may not create any.
        """
        jetstream = self._bus.jetstream
        try:
            await jetstream.consumer_info(STREAM, self._reaction.durable)
        except NotFoundError:
            await jetstream.add_consumer(
                STREAM, consumer_config(self._reaction.durable, self._reaction.subjects)
            )
        return await jetstream.pull_subscribe_bind(durable=self._reaction.durable, stream=STREAM)

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> Sequence[Msg]:
        try:
            messages = await subscription.fetch(FETCH, timeout=5)
        except TimeoutError:
            # Nothing to fetch looks the same as nobody to fetch from.
            if not self._bus.connected:
                raise
            messages = []
        self.fetched_at = time.monotonic()
        return messages

    async def _take(self, messages: Sequence[Msg]) -> None:
        left = list(messages)
        try:
            while left:
                await self.take(left[0])
                left.pop(0)
        except asyncio.CancelledError:
            # Whoever comes next need not wait for these to time out.
            await asyncio.gather(*(message.nak() for message in left), return_exceptions=True)
            raise

    async def take(self, message: Msg) -> None:
        """Carry out one delivery and acknowledge it, put it off, or give it up."""
        delivered = message.metadata.num_delivered
        outcome = "taken"
        try:
            trace = (message.headers or {}).get("traceparent")
            await self.apply(message.subject, message.data, delivered, trace)
        except Poison as error:
            outcome = "buried"
            await self.bury(message.subject, message.data, error, delivered)
        except StoreDown:
            await self._put_off(message, 2)
            return
        except Exception as error:
            logger.warning("consumer.failed", durable=self._reaction.durable, exc_info=error)
            if delivered < MAX_DELIVER:
                await self._put_off(message, BACKOFF[min(delivered, len(BACKOFF)) - 1])
                return
            outcome = "buried"
            await self.bury(message.subject, message.data, error, delivered)
        await message.ack_sync(timeout=5)
        metrics.EVENTS_TAKEN.labels(self._reaction.durable, outcome).inc()
        metrics.EVENT_AGE.labels(self._reaction.durable).observe(
            time.time() - message.metadata.timestamp.timestamp()
        )

    async def _put_off(self, message: Msg, delay: float) -> None:
        metrics.EVENTS_TAKEN.labels(self._reaction.durable, "put_off").inc()
        await message.nak(delay=delay)

    async def apply(
        self, subject: str, body: bytes, delivered: int = 1, published: str | None = None
    ) -> None:
        """The effect of one message, once however often it comes; it was ``published`` in that trace."""
        event_id, event, told = read(subject, body)
        trace = published or told
        token = traceparent.set(trace)
        try:
            with (
                tracing.child(f"process {self._reaction.durable}", kind="consumer", parent=trace),
                structlog.contextvars.bound_contextvars(**_bound(event_id, trace)),
            ):
                await self._effect(event, Meta(event_id, delivered, body))
        finally:
            traceparent.reset(token)

    async def _effect(self, event: Event, meta: Meta) -> None:
        async with self._database.transaction() as connection:
            if await self._outbox.first_time(connection, self._reaction.durable, meta.event_id):
                await self._reaction.handler(connection, event, meta)

    async def bury(self, subject: str, body: bytes, error: Exception, delivered: int) -> None:
        """Keep the message in the dead-letter table with the reason."""
        logger.error("consumer.dead_letter", durable=self._reaction.durable, subject=subject)
        async with self._database.transaction() as connection:
            await self._outbox.bury(
                connection,
                consumer=self._reaction.durable,
                event_id=_event_id(body),
                subject=subject,
                body=body,
                error=f"{type(error).__name__}: {error}",
                attempts=delivered,
            )


def _bound(event_id: str, trace: str | None) -> dict[str, str]:
    """What the log lines of a reaction have in common."""
    found = re.fullmatch(r"[0-9a-f]{2}-([0-9a-f]{32})-.*", trace or "")
    return {"event": event_id} | ({"trace_id": found[1]} if found else {})


def _event_id(body: bytes) -> str:
    try:
        return str(json.loads(body)["id"])[:200]
    except (ValueError, KeyError, TypeError):
        return ""
