"""Another yardstick: a DBOS workflow with the commands and steps of one lifecycle, on the same PostgreSQL.

``python -m bench.on_dbos URL PORT`` runs its worker process, which makes its own database.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import uvloop
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

from bench.bare import STEPS
from monthline.embedded.ports import LOOPBACK

DATABASE = "bench_dbos"
APPLICATION = "bench-peer"
VERSION = "1"
WORKFLOW, QUEUE, TOPIC = "DbosLifecycle", "lifecycles", "commands"
PATIENCE = 120.0
POLL = 0.02
CLIENTS = 128
Drive = Callable[[str], Awaitable[None]]


@DBOS.step(name="nothing")
async def nothing(value: str) -> str:
    """Do nothing."""
    return value


@DBOS.workflow(name=WORKFLOW)
async def lifecycle(name: str) -> str:
    """Open, wait for so many commands, run each one's steps one after the other, and say when it is done."""
    await nothing(name)
    await DBOS.set_event_async("done-0", 0)
    for number, steps in enumerate(STEPS, start=1):
        await DBOS.recv_async(TOPIC, timeout_seconds=PATIENCE)
        for _ in steps:
            await nothing(name)
        await DBOS.set_event_async(f"done-{number}", number)
    return name


@asynccontextmanager
async def client(url: str) -> AsyncIterator[tuple[Drive, Drive]]:
    """The ways to open a lifecycle, and to give its commands; the worker must have made its tables."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CLIENTS))
    peer = await asyncio.to_thread(
        DBOSClient,
        system_database_url=url,
        use_listen_notify=True,
        system_database_pool_size=20,
        application_name=APPLICATION,
    )

    async def done(name: str, number: int) -> None:
        if await peer.get_event_async(name, f"done-{number}", PATIENCE) != number:
            raise TimeoutError(f"{name}: command {number} was not carried out within {PATIENCE:.0f} s")

    async def begin(name: str) -> None:
        start: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "app_version": VERSION,
            "workflow_id": name,
        }
        await peer.enqueue_async(start, name)
        await done(name, 0)

    async def commands(name: str) -> None:
        for number in range(1, len(STEPS) + 1):
            await peer.send_async(name, number, TOPIC)
            await done(name, number)

    try:
        yield begin, commands
    finally:
        await asyncio.to_thread(peer.destroy)


class _Ready(BaseHTTPRequestHandler):
    """Says that the worker has been launched, since nobody would listen before."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def work(url: str, port: int) -> None:
    """Run the worker until the process is ended; ``port`` answers as soon as it is ready."""
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": url,
        "application_version": VERSION,
        "sys_db_pool_size": 20,
        "log_level": "WARNING",
    }
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=POLL)
    HTTPServer((LOOPBACK, port), _Ready).serve_forever()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]))
