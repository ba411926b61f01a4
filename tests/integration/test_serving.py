"""The HTTP server of a process on a real socket: who sends nothing keeps nobody waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request

from shared.serving import Impatient, server

HEAD = b"POST /slow HTTP/1.1\r\nHost: x\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\nab"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for a third of a second."""
    monkeypatch.setattr(Impatient, "patience", 0.3)


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    """A server whose answers take longer than it waits for requests; its port."""
    app = FastAPI()

    @app.post("/slow")
    async def slow(request: Request) -> str:
        await request.body()
        await asyncio.sleep(0.6)
        return "done"

    served = server(app, "127.0.0.1", 0)
    running = asyncio.create_task(served.serve())
    while not served.started:
        await asyncio.sleep(0.01)
    yield served.servers[0].sockets[0].getsockname()[1]
    served.should_exit = True
    await running


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\nabc"])
async def test_who_does_not_send_a_whole_request_is_cut_off(impatient: None, sent: bytes) -> None:
    async with serving() as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await reader.read() == b""
        writer.close()


async def test_an_answer_may_take_longer_and_the_next_request_on_the_connection_too(impatient: None) -> None:
    async with serving() as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(WHOLE)
            answer = await reader.readuntil(b'"done"')
            assert answer.startswith(b"HTTP/1.1 200")
        writer.close()
