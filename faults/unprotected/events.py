"""Without what makes events and mails arrive once: inboxes, keys, acknowledgements, marks, dead letters."""

from collections.abc import Sequence
from typing import Any

from faults.points import load
from faults.unprotected.registry import conflicts_ignored, none, removal, replace


@removal("inbox")
def _inbox(module: str) -> None:
    """A consumer takes whatever comes, however often."""
    original = load("shared.store.outbox:Outbox").taken_first

    async def taken_first(
        self: object, connection: object, consumer: str, ids: Sequence[str]
    ) -> frozenset[str]:
        await original(self, connection, consumer, ids)
        return frozenset(ids)

    replace("shared.store.outbox:Outbox", "taken_first", taken_first)


@removal("message-key")
def _message_key(module: str) -> None:
    """A message is kept as often as it is asked for."""
    if module == "services.notify":
        conflicts_ignored("message")


@removal("copy-version")
def _copy_version(module: str) -> None:
    """A copy takes what comes last, not what is newest."""
    insert = load("sqlalchemy.dialects.postgresql:Insert")
    original = insert.on_conflict_do_update

    def on_conflict_do_update(self: object, **given: Any) -> object:
        return original(self, **{name: value for name, value in given.items() if name != "where"})

    insert.on_conflict_do_update = on_conflict_do_update


@removal("acknowledgement")
def _acknowledgement(module: str) -> None:
    """The relay takes every letter for published, whatever the broker says."""
    original = load("shared.bus.jetstream:Bus").publish

    async def publish(self: object, letter: object) -> None:
        try:
            await original(self, letter)
        except Exception:
            return

    replace("shared.bus.jetstream:Bus", "publish", publish)


@removal("burial")
def _burial(module: str) -> None:
    """A message that cannot be taken is tried for ever."""

    async def bury(self: object, *_: object) -> None:
        raise ConnectionError("nowhere to keep it")

    replace("shared.bus.consumer:Consumer", "bury", bury)


@removal("tolerance")
def _tolerance(module: str) -> None:
    """Data of another version is refused: unknown fields, and events of an unknown type."""
    converter = load("shared.engine.payload_converter:TolerantJsonConverter")
    converter.from_payload = super(converter, converter).from_payload
    value = load("shared.contracts.values:Value")
    value.deserialize = classmethod(lambda cls, data: cls.model_validate(data))
    envelope = load("shared.bus.envelope")
    consumer = load("shared.bus.consumer")
    opened = envelope.opened

    def strictly_opened(*given: Any) -> object:
        try:
            return opened(*given)
        except envelope.UnknownEvent as unknown:
            raise envelope.Poison(str(unknown)) from unknown

    consumer.opened = strictly_opened


@removal("sent-mark")
def _sent_mark(module: str) -> None:
    """The sender does not note what it has sent."""
    if module == "services.notify":
        replace("services.notify.store.claims", "mark_sent", none)
