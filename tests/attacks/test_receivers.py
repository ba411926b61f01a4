"""S6, S7, S8: receivers of webhooks that lie, stall, flood or replay cost little and learn nothing."""

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle

import pytest

from services.notify.domain.addresses import AddressRefused
from services.notify.domain.signature import signed_headers
from services.notify.webhooks import MOST_READ, Caller, CallRefused
from tests.attacks.house import House
from tests.attacks.rights import SECRET
from tests.attacks.tokens import bearer
from tests.integration.notify.receivers import Answer, Endless, WebhookReceiver, receiving, status

SHORT = 0.5
MEMORY = 8 * 1024 * 1024
BOMB = gzip.compress(bytes(20_000_000), 1)
PRIVATE = [
    "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://0177.0.0.1/", "http://0x7f.1/",
    "http://2130706433/", "http://017700000001/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fd00::1]/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://169.254.169.254/latest/",
    "http://[fe80::1]/", "http://100.64.0.1/", "http://0.0.0.0/", "http://[::]/", "http://224.0.0.1/",
    "http://hooks.example:22/", "http://hooks.example:5432/", "http://hooks.example:4222/",
    "http://hooks.example:7233/", "ftp://hooks.example/", "file:///etc/passwd", "gopher://hooks.example/",
    "javascript:alert(1)", "http://hooks.example@127.0.0.1/", "http://a:b@hooks.example/",
    "http://hooks.example\\@127.0.0.1/", "http://127.0.0.1#hooks.example/", "http://１２７.0.0.1/",
    "http://127。0。0。1/", "//hooks.example/", "http:///x", "http://hooks.example\r\nHost: x/",
]  # fmt: skip


class Names:
    """A name service that answers with each of its lists in turn; ``asked`` counts the questions."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = cycle(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return ["127.0.0.1"] if host == "localhost" else next(self._answers)


@pytest.mark.parametrize("url", PRIVATE)
async def test_an_address_of_our_own_network_is_refused_at_save_and_at_send(house: House, url: str) -> None:
    wish = {"url": url, "events": ["monthline.>"], "secret": SECRET}
    async with house.client("notify", bearer("admin")) as client:
        kept = await client.put("/v1/webhooks/inward", json=wish)
        assert kept.status_code == 422
        assert "inward" not in (await client.get("/v1/webhooks")).text
    with pytest.raises(CallRefused, match="not allowed"):
        await Caller(resolver=Names(["93.184.215.14"])).call(url, {}, b"{}")


async def test_a_name_is_resolved_once_a_call_and_that_address_is_called() -> None:
    receiver = WebhookReceiver()
    async with receiving(receiver) as url:
        port = url.rpartition(":")[2].partition("/")[0]
        names = Names(["127.0.0.1"], ["203.0.113.9"])
        caller = Caller(allow_private=True, seconds=5, resolver=names)
        await caller.call(f"http://rebound.example:{port}/hook", {}, b"{}")
        await caller.close()
    assert names.asked == 1
    assert receiver.calls[0].headers["host"] == f"rebound.example:{port}"


@pytest.mark.parametrize("turn", range(4))
async def test_a_name_that_turns_inward_between_the_looks_is_never_called(turn: int) -> None:
    names = Names(["93.184.215.14"], ["127.0.0.1"])
    caller = Caller(resolver=names)
    for _ in range(turn):
        with suppress(AddressRefused):
            await caller.check("https://rebound.example/")
    await caller.close()
    names = Names(["127.0.0.1", "93.184.215.14"], ["93.184.215.14", "::1"])
    for _ in range(2):
        with pytest.raises(CallRefused, match="not allowed: address"):
            await Caller(resolver=names).call("https://rebound.example/", {}, b"{}")


async def dribble(writer: asyncio.StreamWriter) -> None:
    """Answer one byte after the other, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_headers(writer: asyncio.StreamWriter) -> None:
    """Never come to the end of the headers."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        await writer.drain()


async def endless_line(writer: asyncio.StreamWriter) -> None:
    """Never come to the end of the first line."""
    while True:
        writer.write(b"HTTP/1.1 200 " + b"x" * 4096)
        await writer.drain()


async def always_continue(writer: asyncio.StreamWriter) -> None:
    """Say that there is more to come, and nothing else."""
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()


async def silent(writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.sleep(30)


async def no_http(writer: asyncio.StreamWriter) -> None:
    """Answer with something else."""
    writer.write(b"\x00\xff" * 5000)


async def bomb(writer: asyncio.StreamWriter) -> None:
    """Answer with little that unpacks to much."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
    writer.write(head.encode() + BOMB)


@pytest.mark.parametrize(
    "answer",
    [dribble, endless_headers, endless_line, always_continue, silent, no_http, bomb, Endless()],
    ids=lambda answer: getattr(answer, "__name__", "endless body"),
)
async def test_a_receiver_that_stalls_or_floods_costs_little_time_and_memory(answer: Answer) -> None:
    caller = Caller(allow_private=True, seconds=SHORT)
    async with receiving(WebhookReceiver([answer])) as url:
        tracemalloc.start()
        begun = time.monotonic()
        with suppress(CallRefused):
            await caller.call(url, {}, b"{}")
        took, (_, most) = time.monotonic() - begun, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    await caller.close()
    assert took < SHORT + 10
    assert most < MEMORY
    if isinstance(answer, Endless):
        assert answer.sent < 1000 * MOST_READ


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_inward_is_not_followed(code: int) -> None:
    inner = WebhookReceiver()
    async with receiving(inner) as target:
        outer = WebhookReceiver([status(f"{code} Moved", f"Location: {target}")])
        async with receiving(outer) as url:
            caller = Caller(allow_private=True, seconds=5)
            with pytest.raises(CallRefused, match=f"answered {code}"):
                await caller.call(url, {}, b"{}")
            await caller.close()
    assert (len(outer.calls), len(inner.calls)) == (1, 0)


def test_a_signature_of_another_time_id_or_body_is_another() -> None:
    """What makes a replay visible: the receiver refuses a timestamp more than five minutes old."""
    secret = "whsec_" + "a" * 44
    signed = [
        signed_headers(secret, event_id, at, body)["webhook-signature"]
        for event_id, at, body in (("e1", 1, b"{}"), ("e1", 2, b"{}"), ("e2", 1, b"{}"), ("e1", 1, b"{ }"))
    ]
    assert len(set(signed)) == len(signed)
