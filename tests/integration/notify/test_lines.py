"""Mails that follow one another share connections, which end when no more mails do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from services.notify import smtp
from services.notify.delivery import Pace
from services.notify.mail import Envelope, Mailer, MailRefused
from services.notify.smtp import MOST_MAILS, SmtpServer
from services.notify.store import claims
from tests.integration.notify.house import EAGER, House, told
from tests.integration.notify.receivers import MoodyMailServer
from tests.support.background import running
from tests.unit.services.notify.build import organisation, person, rendered


@dataclass
class Switchboard:
    """A mail server that knows its connections; ``hears`` is whether it answers RSET, ``thanks`` QUIT."""

    moody: MoodyMailServer = field(default_factory=MoodyMailServer)
    begun: int = 0
    open: set[Any] = field(default_factory=set)
    hears: bool = True
    thanks: bool = True
    asked_to_go: asyncio.Event = field(default_factory=asyncio.Event)

    def hang_up(self) -> None:
        """End all connections, as a server does with those that say nothing for long."""
        for protocol in self.open:
            protocol.transport.close()

    async def until_open(self, count: int) -> None:
        """Wait until so many connections are open."""
        async with asyncio.timeout(60):
            while len(self.open) != count:
                await asyncio.sleep(0.01)

    def protocol(self) -> SMTP:
        """One connection."""
        board = self

        class Known(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                board.begun += 1
                board.open.add(self)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                board.open.discard(self)
                super().connection_lost(error)

            async def smtp_RSET(self, arg: str) -> None:
                if board.hears:
                    await super().smtp_RSET(arg)

            async def smtp_QUIT(self, arg: str) -> None:
                board.asked_to_go.set()
                if board.thanks:
                    await super().smtp_QUIT(arg)

        return Known(self.moody, loop=asyncio.get_running_loop(), hostname="mail")


@asynccontextmanager
async def listening(board: Switchboard) -> AsyncIterator[str]:
    """The URL of the mail server."""
    server = await asyncio.get_running_loop().create_server(board.protocol, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        board.hang_up()
        server.close()
        await board.until_open(0)


@asynccontextmanager
async def mailing(board: Switchboard) -> AsyncIterator[Mailer]:
    """A mailer to this server."""
    async with listening(board) as url:
        mailer = Mailer(SmtpServer.at(url), "monthline@company.example", seconds=5)
        try:
            yield mailer
        finally:
            await mailer.hang_up()


async def send(mailer: Mailer, count: int = 1) -> None:
    for number in range(count):
        await mailer.send(rendered("a month"), Envelope("Li", "l1@example.com", f"message-{number}"))


async def test_mails_one_after_the_other_go_over_one_connection() -> None:
    board = Switchboard()
    async with mailing(board) as mailer:
        await send(mailer, 5)
        assert (len(board.moody.taken), board.begun) == (5, 1)
        await mailer.hang_up()
        await board.until_open(0)


async def test_a_connection_carries_only_so_many_mails() -> None:
    board = Switchboard()
    async with mailing(board) as mailer:
        await send(mailer, MOST_MAILS)
        await board.until_open(0)
        await send(mailer)
    assert (len(board.moody.taken), board.begun) == (MOST_MAILS + 1, 2)


async def test_a_connection_that_the_server_has_ended_costs_no_attempt() -> None:
    board = Switchboard()
    async with mailing(board) as mailer:
        await send(mailer)
        board.hang_up()
        await send(mailer)
    assert (len(board.moody.taken), board.begun) == (2, 2)


async def test_a_connection_that_answers_no_more_costs_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "STILL_THERE", 0.05)
    board = Switchboard(hears=False)
    async with mailing(board) as mailer:
        await send(mailer, 2)
        await board.until_open(1)
    assert (len(board.moody.taken), board.begun) == (2, 2)


async def test_a_connection_on_which_a_mail_was_refused_is_ended() -> None:
    board = Switchboard(MoodyMailServer("451 try later"))
    async with mailing(board) as mailer:
        with pytest.raises(MailRefused):
            await send(mailer)
        await board.until_open(0)
        await send(mailer)
    assert (len(board.moody.taken), board.begun) == (1, 2)


@pytest.mark.parametrize("slow", [0.0, 0.06])
async def test_a_sender_has_a_connection_for_each_mail_at_a_time_and_none_when_it_rests(
    house: House, monkeypatch: pytest.MonkeyPatch, slow: float
) -> None:
    async def late(*given: Any, **more: Any) -> Any:
        claimed = await claim(*given, **more)
        await asyncio.sleep(slow)
        return claimed

    claim = claims.claim
    monkeypatch.setattr(claims, "claim", late)
    staff = [f"p{number}" for number in range(100, 140)]
    await house.know(organisation(*(person(one) for one in staff)))
    await house.hear(told(*staff))
    board = Switchboard()
    async with listening(board) as url:
        pace = Pace(at_once=8, per_lane=2, quiet=0.02, grace=1, retries=EAGER)
        async with running(house.sender(smtp=url, pace=pace).run()):
            async with asyncio.timeout(60):
                while len(board.moody.taken) < len(staff):
                    await asyncio.sleep(0.01)
            await board.until_open(0)
    assert board.begun == 2


async def test_a_goodbye_that_is_not_waited_for_ends_the_connection_all_the_same() -> None:
    board = Switchboard(thanks=False)
    async with mailing(board) as mailer:
        await send(mailer)
        leaving = asyncio.create_task(mailer.hang_up())
        await board.asked_to_go.wait()
        leaving.cancel()
        await board.until_open(0)
        with pytest.raises(asyncio.CancelledError):
            await leaving


async def test_a_sender_that_is_stopped_ends_its_connections(house: House) -> None:
    await house.hear(told("p017", "l1"))
    board = Switchboard(MoodyMailServer("250 taken", "hang"))
    async with listening(board) as url:
        pace = Pace(quiet=60, grace=0.2, retries=EAGER)
        async with running(house.sender(smtp=url, pace=pace).run()), asyncio.timeout(60):
            while board.moody.tries < 2 or not board.moody.taken:
                await asyncio.sleep(0.01)
        await board.until_open(0)
