"""Dead letters are counted by consumer until they are replayed."""

from collections.abc import Callable

from shared.db import Database
from shared.parts import tables

OUTBOX = tables("notify").outbox


async def test_dead_letters_are_counted_by_consumer_until_they_are_replayed(
    databases: Callable[[str], Database],
) -> None:
    async with databases("notify").transaction() as connection:
        for consumer in ("notify-org", "notify-events", "notify-events"):
            await OUTBOX.bury(
                connection,
                consumer=consumer,
                event_id="1",
                subject="x",
                body=b"{}",
                error="poison",
                attempts=8,
            )
        assert await OUTBOX.dead_counts(connection) == {"notify-org": 1, "notify-events": 2}
        await OUTBOX.mark_replayed(connection, (await OUTBOX.dead_letters(connection))[0])
        assert await OUTBOX.dead_counts(connection) == {"notify-events": 2}
