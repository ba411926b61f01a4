"""How much waits to be delivered."""

from datetime import timedelta

from services.notify.domain.values import Channel
from services.notify.store import figures
from tests.integration.notify.house import House, told


async def test_what_waits_is_counted_by_channel_with_the_age_of_the_oldest(house: House) -> None:
    await house.hear(told("p017"))
    await house.age(queued_at=timedelta(minutes=5))
    async with house.database.transaction() as connection:
        counts = await figures.waiting(connection)
    count, age = counts[Channel.MAIL]
    assert count == 1
    assert 300 <= age < 360
    assert counts[Channel.WEBHOOK] == (0, 0.0)
