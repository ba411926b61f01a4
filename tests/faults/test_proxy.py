"""The proxy of the drills does to a connection exactly what it is told."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from faults.proxy import LOOPBACK, Disturbance, Link


class Echo:
    """A server that sends back what it gets, and remembers it."""

    def __init__(self) -> None:
        self.got = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Echo until the other side has enough."""
        try:
            while data := await reader.read(100):
                self.got += data
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def link(echo: Echo) -> AsyncIterator[Link]:
    server = await asyncio.start_server(echo.serve, LOOPBACK, 0)
    async with Link(server.sockets[0].getsockname()[1]) as opened:
        yield opened
    server.close()


async def said(link: Link, text: bytes, *, wait: float = 2.0) -> bytes:
    """What comes back; raises what the connection raises."""
    async with asyncio.timeout(wait):
        reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
        try:
            writer.write(text)
            await writer.drain()
            found = b""
            while len(found) < len(text):
                data = await reader.read(100)
                if not data:
                    return found
                found += data
            return found
        finally:
            writer.transport.abort()


async def test_an_undisturbed_link_passes_everything_on(link: Link) -> None:
    assert await said(link, b"hello") == b"hello"


async def test_a_link_that_refuses_resets_whoever_connects(link: Link) -> None:
    link.disturb(Disturbance(refuse=True))
    with pytest.raises(ConnectionError):
        await said(link, b"hello")


async def test_a_swallowed_answer_was_asked_for_all_the_same(link: Link, echo: Echo) -> None:
    link.disturb(Disturbance(swallow=True))
    with pytest.raises(ConnectionError):
        await said(link, b"hello")
    assert (echo.got, link.lost) == (b"hello", 1)


@pytest.mark.parametrize(("verdict", "arrives"), [("reset", b""), ("answerless", b"COMMIT")])
async def test_a_request_is_struck_by_what_it_says(
    link: Link, echo: Echo, verdict: str, arrives: bytes
) -> None:
    link.disturb(Disturbance(on_request=lambda data: verdict if b"COMMIT" in data else None))
    assert await said(link, b"SELECT") == b"SELECT"
    with pytest.raises(ConnectionError):
        await said(link, b"COMMIT")
    assert echo.got == b"SELECT" + arrives


async def test_a_cut_comes_after_so_many_bytes_of_answer(link: Link) -> None:
    link.disturb(Disturbance(cut_after=3))
    with pytest.raises(ConnectionError):
        await said(link, b"hello")


async def test_a_direction_held_up_goes_on_when_it_is_healed(link: Link) -> None:
    link.disturb(Disturbance(hold_down=True))
    with pytest.raises(TimeoutError):
        await said(link, b"hello", wait=0.2)
    asked = asyncio.create_task(said(link, b"again"))
    await asyncio.sleep(0.1)
    link.heal()
    assert await asked == b"again"


async def test_a_delay_holds_both_directions_for_its_time(link: Link) -> None:
    link.disturb(Disturbance(delay=0.05))
    began = time.monotonic()
    assert await said(link, b"hello") == b"hello"
    assert time.monotonic() - began >= 0.1


async def test_a_reset_ends_connections_that_are_open(link: Link) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    writer.write(b"hello")
    assert await reader.read(100) == b"hello"
    link.reset()
    with pytest.raises(ConnectionError):
        await reader.read(100)
