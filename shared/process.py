"""One process of Monthline: HTTP server, worker, relay and consumers, started and stopped together."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import ValidationError

from shared import log
from shared.bus import Bus, Consumer, Reaction, Relay
from shared.db import Database
from shared.http import health_only
from shared.outbox import Outbox
from shared.settings import ProcessSettings, Settings
from shared.temporal import MakeWorker, connect_worker

HTTP_GRACE = 15
"""Seconds that requests under way are given when a process ends; only then its worker stops."""
logger = log.get(__name__)
Task = Callable[[], Coroutine[Any, Any, None]]
Known = TypeVar("Known", bound=ProcessSettings)


@dataclass
class Service:
    """The parts of a process. ``tasks`` are endless background works of the service itself."""

    name: str
    settings: ProcessSettings
    app: FastAPI
    database: Database | None = None
    outbox: Outbox | None = None
    bus: Bus | None = None
    worker: MakeWorker | None = None
    reactions: Sequence[Reaction] = ()
    tasks: Sequence[Task] = ()
    consumers: list[Consumer] = field(default_factory=list)


def load_settings(kind: type[Known]) -> Known:
    """The settings of the environment; all that is missing or malformed is named at once, then exit 2."""
    try:
        return kind()
    except ValidationError as error:
        for found in error.errors():
            variable = str(found["loc"][0]).upper() if found["loc"] else "settings"
            print(f"{variable}: {found['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        print("Set these variables (see .env.example) and start again.", file=sys.stderr)
        sys.exit(2)


def main(name: str, compose: Callable[[Settings], Awaitable[Service]]) -> None:
    """Run the service that ``compose`` builds until it is told to stop; see :func:`run`."""
    run(name, compose, Settings)


def run(name: str, compose: Callable[[Known], Awaitable[Service]], kind: type[Known]) -> None:
    """Run a process until it is told to stop; exit code 0, or 1 when a part of it has failed.

    It ends by ``os._exit`` with its output flushed: the Temporal SDK's runtime may abort an
    interpreter that takes itself apart.
    """
    settings = load_settings(kind)
    log.configure(name, format=settings.log_format, level=settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_run(compose, settings))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


async def _run(compose: Callable[[Known], Awaitable[Service]], settings: Known) -> int:
    service = await compose(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    try:
        await serve(service, stop)
    except Exception as error:
        logger.error("process.failed", exc_info=error)
        return 1
    finally:
        await _close(service)
    logger.info("process.stopped")
    return 0


async def serve(service: Service, stop: asyncio.Event) -> None:
    """Run all parts until ``stop``, then end them: first no new requests, then no new work, then the rest."""
    server = _Server(uvicorn.Config(**_uvicorn(service)))
    async with asyncio.TaskGroup() as group:
        background = [group.create_task(task()) for task in _background(service)]
        drained = asyncio.Event()
        worker = group.create_task(_work(service, drained)) if _works(service) else None
        http = group.create_task(server.serve())
        logger.info("process.started", port=service.settings.http_port)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, http], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await http
        # A request that is still being answered may need an activity of this very process.
        drained.set()
        if worker is not None:
            await worker
        await end(background)
        stopping.cancel()


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel the tasks until they have ended.

    A library may swallow a cancellation that comes in the instant of its answer; ``asyncio.wait_for`` does.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.5)


async def _work(service: Service, stop: asyncio.Event) -> None:
    """Run the activity or workflow worker, once the engine answers, until ``stop``."""
    if service.worker is None:
        return
    stopping = asyncio.ensure_future(stop.wait())
    connecting = asyncio.ensure_future(connect_worker(service.settings))
    await asyncio.wait([stopping, connecting], return_when=asyncio.FIRST_COMPLETED)
    if not connecting.done():
        connecting.cancel()
        return
    worker = service.worker(connecting.result())
    running = asyncio.ensure_future(worker.run())
    await asyncio.wait([stopping, running], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        await worker.shutdown()
    await running


def _works(service: Service) -> bool:
    return service.settings.run_worker


def _background(service: Service) -> list[Task]:
    if not _works(service):
        if service.bus is not None:
            service.bus.idle = True
        return []
    tasks = list(service.tasks)
    if service.bus is not None and service.database is not None and service.outbox is not None:
        relay = Relay(service.database, service.outbox, service.bus)
        service.consumers[:] = [
            Consumer(service.database, service.outbox, service.bus, reaction)
            for reaction in service.reactions
        ]
        tasks.append(lambda: _on_bus(service, relay))
    return tasks


async def _on_bus(service: Service, relay: Relay) -> None:
    assert service.bus is not None
    await _connect(service.bus)
    works = [relay.run(), *(consumer.run() for consumer in service.consumers)]
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end(tasks)


async def _connect(bus: Bus) -> None:
    while True:
        try:
            return await bus.connect()
        except Exception as error:
            logger.warning("nats.unreachable", address=bus.address, error=type(error).__name__)
            await asyncio.sleep(1)


async def _close(service: Service) -> None:
    if service.bus is not None:
        await service.bus.close()
    if service.database is not None:
        await service.database.close()


class _Server(uvicorn.Server):
    """A server whose signals belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def _uvicorn(service: Service) -> dict[str, Any]:
    return {
        "app": service.app if service.settings.run_api else health_only(service.app),
        "host": service.settings.http_host,
        "port": service.settings.http_port,
        "log_config": None,
        "access_log": False,
        "lifespan": "off",
        "timeout_graceful_shutdown": HTTP_GRACE,
        "server_header": False,
        "limit_concurrency": 1000,
    }


async def bus_check(bus: Bus, consumers: Sequence[Consumer]) -> None:
    """Raise when the bus is away or a consumer has heard nothing from it for 30 s.

    A process without workers leaves the bus to those that have them, and is ready without it.
    """
    if bus.idle:
        return
    if not bus.connected:
        raise ConnectionError(f"not connected to NATS at {bus.address}")
    silent = [consumer for consumer in consumers if not consumer.ready]
    if silent:
        raise ConnectionError(f"{len(silent)} consumers hear nothing from {bus.address}")
