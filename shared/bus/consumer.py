"""Consumers of the stream: a message's effect once, however often it is delivered."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.base import log
from shared.base.tasks import obey
from shared.base.tracebacks import said
from shared.bus.envelope import Meta, Poison, Told, UnknownEvent, event_id, opened
from shared.bus.jetstream import STREAM, Bus, consumer_config
from shared.contracts.events import Event
from shared.contracts.refusals import StoreDown
from shared.contracts.subjects import wanted
from shared.store.db import Connection, Database
from shared.store.outbox import Outbox
from shared.telemetry import metrics, tracing
from shared.telemetry.tracing import traceparent

MAX_DELIVER = 8
BACKOFF = (0.2, 1.0, 5.0, 15.0, 60.0)
"""Seconds between deliveries of a message that failed."""
FETCH = 64
"""Messages that are taken together at most, in one transaction."""
logger = log.get(__name__)


Handler = Callable[[Connection, Sequence[Told]], Awaitable[None]]
OneByOne = Callable[[Connection, Event, Meta], Awaitable[None]]


def each(handle: OneByOne) -> Handler:
    """A handler that takes what came together one by one, each in its own trace."""

    async def handle_all(connection: Connection, several: Sequence[Told]) -> None:
        for told in several:
            token = traceparent.set(told.meta.trace)
            try:
                await handle(connection, told.event, told.meta)
            finally:
                traceparent.reset(token)

    return handle_all


@dataclass(frozen=True)
class Reaction:
    """A durable consumer: its name, what it listens to and what it does in one transaction.

    The handler is given what came together and was never taken before, in the order of arrival.
    """

    durable: str
    subjects: tuple[str, ...]
    handler: Handler


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
                async with self._subscribed() as subscription:
                    while True:
                        obey()
                        await self._take(await self._fetch(subscription))
            except (NatsError, ConnectionError, TimeoutError) as error:
                obey()
                logger.info("consumer.rebinding", durable=self._reaction.durable, error=type(error).__name__)
                await asyncio.sleep(0.5)

    @asynccontextmanager
    async def _subscribed(self) -> AsyncIterator[JetStreamContext.PullSubscription]:
        """What is fetched from; given back, for the client keeps it, also over reconnections, until then."""
        subscription = await self._bind()
        try:
            yield subscription
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()

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
            if len(left) > 1 and await self.take_together(left):
                left = []
            while left:
                await self.take(left[0])
                left.pop(0)
        except asyncio.CancelledError:
            # Whoever comes next need not wait for these to time out.
            await asyncio.gather(*(message.nak() for message in left), return_exceptions=True)
            raise

    async def take_together(self, messages: Sequence[Msg]) -> bool:
        """Carry out several deliveries in one transaction and acknowledge them; False when one cannot be.

        Nothing was done then, and each has to be taken by itself.
        """
        try:
            await self._effect([self._opened(message) for message in messages])
        except StoreDown:
            await asyncio.gather(*(self._put_off(message, 2) for message in messages))
            return True
        except Exception as error:
            logger.info("consumer.one_by_one", durable=self._reaction.durable, error=type(error).__name__)
            return False
        await asyncio.gather(*(self._done(message, "taken") for message in messages))
        return True

    async def take(self, message: Msg) -> None:
        """Carry out one delivery and acknowledge it, put it off, skip it or give it up."""
        delivered = message.metadata.num_delivered
        try:
            await self._effect([self._opened(message)])
        except StoreDown:
            await self._put_off(message, 2)
        except UnknownEvent as unknown:
            await self._keep(message, self.skip(unknown), "skipped")
        except Poison as poison:
            await self._keep(message, self.bury(message.subject, message.data, poison, delivered), "buried")
        except Exception as error:
            logger.warning("consumer.failed", durable=self._reaction.durable, exc_info=error)
            if delivered < MAX_DELIVER:
                await self._put_off(message, BACKOFF[min(delivered, len(BACKOFF)) - 1])
                return
            await self._keep(message, self.bury(message.subject, message.data, error, delivered), "buried")
        else:
            await self._done(message, "taken")

    async def _keep(self, message: Msg, keeping: Coroutine[Any, Any, None], outcome: str) -> None:
        """Keep a message for later; where even that fails it is put off, and the others flow."""
        try:
            await keeping
        except StoreDown:
            await self._put_off(message, 2)
        except Exception as failed:
            logger.error("consumer.not_kept", durable=self._reaction.durable, exc_info=failed)
            await self._put_off(message, BACKOFF[-1])
        else:
            await self._done(message, outcome)

    async def _done(self, message: Msg, outcome: str) -> None:
        await message.ack()
        metrics.EVENTS_TAKEN.labels(self._reaction.durable, outcome).inc()
        metrics.EVENT_AGE.labels(self._reaction.durable).observe(
            time.time() - message.metadata.timestamp.timestamp()
        )

    async def _put_off(self, message: Msg, delay: float) -> None:
        metrics.EVENTS_TAKEN.labels(self._reaction.durable, "put_off").inc()
        await message.nak(delay=delay)

    async def apply(self, subject: str, body: bytes, delivered: int = 1) -> None:
        """The effect of one message, once however often it comes; raises UnknownEvent and Poison."""
        await self._effect([self._known(opened(subject, body, delivered))])

    def _opened(self, message: Msg) -> Told:
        trace = (message.headers or {}).get("traceparent")
        return self._known(opened(message.subject, message.data, message.metadata.num_delivered, trace))

    def _known(self, told: Told) -> Told:
        """The event, if this version listens to it: a newer one may have widened the durable."""
        subject = told.event.subject()
        if not wanted(self._reaction.subjects, subject):
            raise UnknownEvent(
                subject, told.meta, f"this version's {self._reaction.durable} does not read it"
            )
        return told

    async def _effect(self, several: Sequence[Told]) -> None:
        """The effect of several messages, in one transaction and within the trace of each."""
        with ExitStack() as stack:
            traced = []
            for told in several:
                name = f"process {self._reaction.durable}"
                span = stack.enter_context(tracing.child(name, kind="consumer", parent=told.meta.trace))
                trace = span.traceparent if span is not None else told.meta.trace
                traced.append(replace(told, meta=replace(told.meta, trace=trace)))
            stack.enter_context(structlog.contextvars.bound_contextvars(**_bound(traced)))
            await self._once(traced)

    async def _once(self, several: Sequence[Told]) -> None:
        async with self._database.transaction() as connection:
            ids = [told.meta.event_id for told in several]
            fresh = await self._outbox.taken_first(connection, self._reaction.durable, ids)
            # The same message may have come twice in one go.
            new = {told.meta.event_id: told for told in several if told.meta.event_id in fresh}
            if new:
                await self._reaction.handler(connection, list(new.values()))

    async def skip(self, unknown: UnknownEvent) -> None:
        """Keep an event that this version does not know in the inbox, to be replayed after the upgrade."""
        logger.warning("consumer.skipped", durable=self._reaction.durable, subject=unknown.subject)
        async with self._database.transaction() as connection:
            await self._outbox.skipped.add(
                connection,
                consumer=self._reaction.durable,
                event_id=unknown.meta.event_id,
                subject=unknown.subject,
                body=unknown.meta.body,
                reason=unknown.reason,
            )

    async def bury(self, subject: str, body: bytes, error: Exception, delivered: int) -> None:
        """Keep the message in the dead-letter table with the reason."""
        logger.error("consumer.dead_letter", durable=self._reaction.durable, subject=subject)
        async with self._database.transaction() as connection:
            await self._outbox.bury(
                connection,
                consumer=self._reaction.durable,
                event_id=event_id(body),
                subject=subject,
                body=body,
                error=f"{type(error).__name__}: {said(error)}",
                attempts=delivered,
            )


def _bound(several: Sequence[Told]) -> dict[str, str]:
    """What the log lines of a reaction have in common."""
    if len(several) > 1:
        return {"events": str(len(several))}
    meta = several[0].meta
    found = re.fullmatch(r"[0-9a-f]{2}-([0-9a-f]{32})-.*", meta.trace or "")
    return {"event": meta.event_id} | ({"trace_id": found[1]} if found else {})
