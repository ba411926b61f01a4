"""Consumers of the stream: a message's effect once, however often it is delivered."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from shared import log, metrics, tracing
from shared.bus import STREAM, Bus, consumer_config
from shared.contracts.events import EVENTS, Event
from shared.contracts.refusals import StoreDown
from shared.db import Connection, Database
from shared.outbox import Outbox, traceparent

MAX_DELIVER = 8
BACKOFF = (0.2, 1.0, 5.0, 15.0, 60.0)
"""Seconds between deliveries of a message that failed."""
FETCH = 16
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
