"""The HTTP server of a process on a real socket: who sends nothing keeps nobody waiting."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from fastapi import FastAPI, Request

from shared.web.serving import Impatient, Server, server

HEAD = b"POST /slow HTTP/1.1\r\nHost: x\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\nab"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for a third of a second."""
    monkeypatch.setattr(Impatient, "patience", 0.3)


async def part(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@dataclass
class Served:
    """A server that listens."""

    server: Server

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.server.servers[0].sockets[0].getsockname()[1]
        return port

    async def stop_listening(self) -> None:
        """Tell it to stop, and wait until it takes nobody new."""
        self.server.should_exit = True
        while self.server.servers[0].is_serving():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving() -> AsyncIterator[Served]:
    """A server whose answers take longer than it waits for requests."""
    app = FastAPI()

    @app.post("/slow")
    async def slow(request: Request) -> str:
        await request.body()
        await asyncio.sleep(0.6)
        return "done"

    made = server(app, "127.0.0.1", 0)
    running = asyncio.create_task(made.serve())
    while not made.started:
        await asyncio.sleep(0.01)
    try:
        yield Served(made)
    finally:
        made.should_exit = True
        await running


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\nabc"])
async def test_who_does_not_send_a_whole_request_is_cut_off(impatient: None, sent: bytes) -> None:
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(sent)
        assert await reader.read() == b""
        await part(writer)


async def test_who_has_connected_when_the_server_stops_is_answered_and_sent_away() -> None:
    async with serving() as served, asyncio.timeout(60):
        new, begun, silent = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(3)]
        begun[1].write(HEAD)
        await asyncio.sleep(0.05)
        await served.stop_listening()
        new[1].write(WHOLE)
        begun[1].write(WHOLE.removeprefix(HEAD))
        for reader, _ in (new, begun):
            answer = (await reader.read()).lower()
            assert answer.startswith(b"http/1.1 200")
            assert b"connection: close" in answer
        assert await silent[0].read() == b""
        for _, writer in (new, begun, silent):
            await part(writer)


async def test_an_answer_may_take_longer_and_the_next_request_on_the_connection_too(impatient: None) -> None:
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        for _ in range(2):
            writer.write(WHOLE)
            answer = await reader.readuntil(b'"done"')
            assert answer.startswith(b"HTTP/1.1 200")
        await part(writer)


BODY = b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"GET /" + b"x" * 100_000, b"HTTP/1.1 431"),
        (HEAD + b"X-Long: " + b"x" * 100_000, b"HTTP/1.1 431"),
        (HEAD + b"X-Long: a\r\n" * 10_000, b"HTTP/1.1 431"),
        (HEAD + BODY + b"X-Long: a\r\n" * 10_000, b""),
    ],
    ids=["path", "header", "headers", "trailers"],
)
async def test_who_sends_more_beside_a_body_than_is_bearable_is_cut_off(sent: bytes, answered: bytes) -> None:
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        # What is sent beyond would find nobody to read it, and cost the sender the answer.
        for start in range(0, 80_000, 10_000):
            writer.write(sent[start : start + 10_000])
            await asyncio.sleep(0.01)
        answer = b""
        with suppress(ConnectionError):
            answer = await reader.read()
        assert answer[:12] == answered
        await part(writer)


LONG = HEAD + b"X-Long: " + b"x" * 100_000 + b"\r\nContent-Length: 2\r\n\r\nab"


@pytest.mark.parametrize(("sent", "answers"), [(LONG, [b"431"]), (WHOLE + LONG, [b"200", b"431"])])
async def test_a_head_that_comes_in_one_piece_is_refused_in_its_turn(
    sent: bytes, answers: list[bytes]
) -> None:
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(sent)
        answer = await reader.read()
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == answers
        assert answer.lower().count(b"connection: close") == 1
        await part(writer)


async def test_no_refusal_is_put_before_the_answer_of_another_request() -> None:
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(WHOLE)
        await asyncio.sleep(0.1)
        writer.write(HEAD + b"X-Long: " + b"x" * 80_000)
        answer = b""
        with suppress(ConnectionError):
            answer = await reader.read()
        assert answer == b""
        await part(writer)


async def test_a_body_may_be_longer_than_that_and_headers_come_with_every_request() -> None:
    whole = HEAD + b"X-Long: " + b"x" * 30_000 + b"\r\nContent-Length: 200000\r\n\r\n" + b"b" * 200_000
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        for _ in range(3):
            writer.write(whole)
            answer = await reader.readuntil(b'"done"')
            assert answer.startswith(b"HTTP/1.1 200")
        await part(writer)


async def test_who_is_in_the_middle_of_a_body_when_the_server_stops_is_answered_and_sent_away() -> None:
    async with serving() as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(WHOLE[:-1])
        await asyncio.sleep(0.05)
        await served.stop_listening()
        writer.write(WHOLE[-1:])
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer.lower()
        await part(writer)
