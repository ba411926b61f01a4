"""A database server that vanishes without closing its connections is noticed."""

from collections.abc import Callable

from shared.store.db import Database


async def test_the_kernel_gives_up_a_silent_server_within_half_a_minute(
    databases: Callable[[str], Database],
) -> None:
    async with databases("plans").autocommit() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        given = driver.info.get_parameters()
    silent = int(given["keepalives_idle"]) + int(given["keepalives_interval"]) * int(
        given["keepalives_count"]
    )
    assert silent <= 30
    assert int(given["tcp_user_timeout"]) <= 30_000
