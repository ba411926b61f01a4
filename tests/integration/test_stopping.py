"""A process that is asked to stop answers what it has let in, and ends."""

import asyncio

import httpx2
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from monthline.embedded import EmbeddedServers
from monthline.embedded.ports import free_port
from shared.process import Service, end, serve
from shared.settings import ProcessSettings


class Stubborn:
    """Work that lets a number of cancellations pass."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def run(self) -> None:
        """Run until it has been cancelled once more than that."""
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if not self.times:
                    raise
                self.times -= 1


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    tasks = [asyncio.create_task(Stubborn(times).run()) for times in (0, 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end(tasks)
    assert all(task.cancelled() for task in tasks)


class Watched:
    """A worker that says when it was told to stop."""

    def __init__(self) -> None:
        self.told_to_stop = asyncio.Event()

    async def run(self) -> None:
        """Run until told to stop."""
        await self.told_to_stop.wait()

    async def shutdown(self) -> None:
        """Stop."""
        self.told_to_stop.set()


async def test_the_worker_goes_on_until_the_last_request_is_answered(servers: EmbeddedServers) -> None:
    app, worker, stop = FastAPI(), Watched(), asyncio.Event()
    let_in, answer = asyncio.Event(), asyncio.Event()

    @app.get("/slow")
    async def slow() -> bool:
        let_in.set()
        await answer.wait()
        return worker.told_to_stop.is_set()

    def make(client: Client) -> Worker:
        return worker  # type: ignore[return-value]

    settings = ProcessSettings(temporal_address=servers.temporal.address, http_port=free_port())
    running = asyncio.create_task(serve(Service("slow", settings, app, worker=make), stop))
    url = f"http://127.0.0.1:{settings.http_port}/slow"
    async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(20):
        asked = asyncio.create_task(_asked(client, url))
        await let_in.wait()
        stop.set()
        await asyncio.sleep(0.3)
        answer.set()
        assert (await asked).json() is False
        await running
    assert worker.told_to_stop.is_set()


async def _asked(client: httpx2.AsyncClient, url: str) -> httpx2.Response:
    while True:
        try:
            return await client.get(url)
        except httpx2.ConnectError:
            await asyncio.sleep(0.05)
