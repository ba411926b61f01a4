"""The house behind real HTTP servers on loopback, in a thread and event loop of its own."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread

from monthline.registry import SERVICES
from shared.web.serving import Server
from shared.web.serving import server as made
from tests.attacks.house import House, build
from tests.support.databases import database_for, empty

Running = asyncio.Task[None]


@dataclass(frozen=True)
class Served:
    """The house, its addresses by service, and the loop it lives in."""

    house: House
    urls: Mapping[str, str]
    loop: asyncio.AbstractEventLoop


async def _start(owner_url: str) -> tuple[House, dict[str, Server], list[Running]]:
    house = await build({service: database_for(owner_url, service) for service in SERVICES})
    servers, running = {}, []
    for service, app in house.apps.items():
        servers[service] = server = made(app, "127.0.0.1", 0)
        running.append(asyncio.get_running_loop().create_task(server.serve()))
        while not server.started:
            await asyncio.sleep(0.01)
    return house, servers, running


async def _stop(house: House, servers: Mapping[str, Server], running: Sequence[Running]) -> None:
    for server in servers.values():
        server.should_exit = True
    await asyncio.gather(*running)
    for database in house.databases.values():
        await database.close()


@contextlib.contextmanager
def serving(owner_url: str) -> Iterator[Served]:
    """The house, served as long as the block lasts."""
    empty(owner_url, *SERVICES)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    house, servers, running = asyncio.run_coroutine_threadsafe(_start(owner_url), loop).result(60)
    urls = {
        service: f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        for service, server in servers.items()
    }
    try:
        yield Served(house, urls, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(house, servers, running), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
