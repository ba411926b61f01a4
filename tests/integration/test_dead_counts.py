"""Dead letters are counted by consumer until they are replayed, and shown as long as they are counted."""

from collections.abc import Callable

from shared.health.gauges import Figures, of_outbox
from shared.org.common_tables import tables
from shared.store.db import Database

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


async def test_the_figure_of_dead_letters_goes_with_the_last_of_them(
    databases: Callable[[str], Database],
) -> None:
    database = databases("notify")
    figures = Figures([of_outbox(database, OUTBOX)], fresh=0)
    async with database.transaction() as connection:
        await OUTBOX.bury(
            connection,
            consumer="notify-org",
            event_id="1",
            subject="x",
            body=b"{}",
            error="poison",
            attempts=8,
        )
    assert b'monthline_dead_letters{consumer="notify-org"} 1.0' in await figures.text()
    async with database.transaction() as connection:
        await OUTBOX.mark_replayed(connection, (await OUTBOX.dead_letters(connection))[0])
    assert b"monthline_dead_letters{" not in await figures.text()
