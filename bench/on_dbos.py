"""Another yardstick: a DBOS workflow with the commands and steps of one lifecycle, on the same PostgreSQL.

``python -m bench.on_dbos URL`` runs its worker process, which makes its own database.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

from bench.bare import STEPS

DATABASE = "bench_dbos"
APPLICATION = "bench-peer"
VERSION = "1"
WORKFLOW, QUEUE, TOPIC = "DbosLifecycle", "lifecycles", "commands"
PATIENCE = 120.0
POLL = 0.02
CLIENTS = 128


@DBOS.step(name="nothing")
async def nothing(value: str) -> str:
    """Do nothing."""
    return value


@DBOS.workflow(name=WORKFLOW)
async def lifecycle(name: str) -> str:
    """Wait for so many commands, run each one's steps one after the other, and say when it is done."""
    await nothing(name)
    for number, steps in enumerate(STEPS, start=1):
        await DBOS.recv_async(TOPIC, timeout_seconds=PATIENCE)
        for _ in steps:
            await nothing(name)
        await DBOS.set_event_async(f"done-{number}", number)
    return name


@contextmanager
def client(url: str) -> Iterator[Callable[[str], Awaitable[None]]]:
    """The way to carry out one lifecycle from start to end; waits for the worker to have made its tables."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CLIENTS))
    peer = _connected(url)
    options: EnqueueOptions = {"workflow_name": WORKFLOW, "queue_name": QUEUE, "app_version": VERSION}

    async def drive(name: str) -> None:
        options_of_one: EnqueueOptions = {**options, "workflow_id": name}
        await peer.enqueue_async(options_of_one, name)
        for number in range(1, len(STEPS) + 1):
            await peer.send_async(name, number, TOPIC)
            if await peer.get_event_async(name, f"done-{number}", PATIENCE) != number:
                raise TimeoutError(f"{name}: command {number} was not carried out within {PATIENCE:.0f} s")
        await (await peer.retrieve_workflow_async(name)).get_result(polling_interval_sec=POLL)

    try:
        yield drive
    finally:
        peer.destroy()


def _connected(url: str) -> DBOSClient:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            found = DBOSClient(
                system_database_url=url,
                use_listen_notify=True,
                system_database_pool_size=20,
                application_name=APPLICATION,
                retry_connection_errors=False,
            )
            if found.retrieve_queue(QUEUE) is not None:
                return found
            found.destroy()
        except Exception:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.3)


def work(url: str) -> None:
    """Run the worker until the process is ended."""
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": url,
        "application_version": VERSION,
        "sys_db_pool_size": 20,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=POLL)
    threading.Event().wait()


if __name__ == "__main__":
    work(sys.argv[1])
