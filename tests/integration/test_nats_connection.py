"""A connection to NATS that cannot be made is given up in time, also on a machine that is too busy."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from shared.bus.jetstream import Bus
from tests.support.background import listening

LIMIT = 0.5
INFO = {"server_id": "x", "version": "2.15.1", "auth_required": True, "max_payload": 1024}


@dataclass
class Refusing:
    """A NATS server that refuses every user, and starves the process after its first refusal."""

    port: int = 0
    attempts: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"INFO {json.dumps(INFO)}\r\n".encode())
        await reader.readuntil(b"PING\r\n")
        self.attempts += 1
        writer.write(b"-ERR 'Authorization Violation'\r\n")
        if self.attempts == 1:
            starve(LIMIT + 0.1)


def starve(seconds: float) -> None:
    """Keep the event loop from running: the answer and the end of the time limit then come together."""
    time.sleep(seconds)


@pytest.fixture
async def refusing() -> AsyncIterator[Refusing]:
    server = Refusing()
    async with listening(server.serve) as port:
        server.port = port
        yield server


async def test_a_refused_connection_ends_when_the_answer_and_the_limit_come_in_one_instant(
    refusing: Refusing,
) -> None:
    bus = Bus(f"nats://plans:hunter2@127.0.0.1:{refusing.port}", name="test")
    began = time.monotonic()
    with pytest.raises(ConnectionError, match=r"(?i)authorization violation"):
        await bus.connect_within(LIMIT)
    assert time.monotonic() - began < 20
    assert refusing.attempts >= 1
    assert not bus.connected
