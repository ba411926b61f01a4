"""What the stream keeps, and what becomes of one that is there with other limits."""

from dataclasses import replace

import pytest
from nats.js.api import StreamConfig

from shared.bus.jetstream import DUPLICATE_WINDOW, MAX_AGE, STREAM, Bus, corrected, provision, stream_config
from shared.process.reconcile import KEEP_DAYS, KEEP_TAKEN_DAYS

DAY = 24 * 3600


async def found(bus: Bus) -> StreamConfig:
    return (await bus.jetstream.stream_info(STREAM)).config


def test_the_stream_forgets_before_the_inboxes_do() -> None:
    assert 0 < (stream_config().max_age or 0) < KEEP_DAYS * DAY
    assert KEEP_DAYS < KEEP_TAKEN_DAYS


async def test_a_stream_that_never_forgets_is_corrected_and_then_left_alone(bus: Bus) -> None:
    assert (await found(bus)).max_age == MAX_AGE
    await bus.jetstream.update_stream(replace(await found(bus), max_age=0, duplicate_window=120))
    try:
        assert await provision(bus) == "corrected"
    finally:
        await bus.jetstream.update_stream(corrected(await found(bus)))
    now = await found(bus)
    assert (now.max_age, now.duplicate_window) == (MAX_AGE, DUPLICATE_WINDOW)
    assert await provision(bus) == "is as this version wants it"


@pytest.mark.parametrize(("age", "kept"), [(0, MAX_AGE), (90 * DAY, MAX_AGE), (8 * DAY, 8 * DAY)])
def test_what_an_operator_has_chosen_within_the_limits_stays(age: float, kept: float) -> None:
    chosen = replace(stream_config(), max_age=age, num_replicas=3, max_bytes=10**9)
    assert corrected(chosen) == replace(chosen, max_age=kept)
