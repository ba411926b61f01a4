"""One process of Monthline: HTTP server, worker, relay and consumers, started and stopped together."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar

import uvloop
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from temporalio.client import Client

from shared.base import log
from shared.base.diagnosis import NATS, POSTGRES, TEMPORAL, Unfit, judged, said_by
from shared.base.settings import ProcessSettings, Settings
from shared.base.tasks import end, obey
from shared.bus.consumer import Consumer, Reaction
from shared.bus.jetstream import Bus
from shared.bus.relay import Relay
from shared.bus.stream_preflight import check_stream
from shared.engine.codec import Codec
from shared.engine.temporal import MakeWorker, connect, serve_engine_figures
from shared.health.gauges import Figures, Reading, of_consumers, of_outbox, of_pool
from shared.health.preflight import Check, Preflight, check_engine, check_schema
from shared.health.probes import health_only
from shared.migrations.newest import newest
from shared.store.db import Database
from shared.store.outbox import Outbox
from shared.telemetry import metrics, tracing
from shared.web import serving

logger = log.get(__name__)
Task = Callable[[], Coroutine[Any, Any, None]]
Known = TypeVar("Known", bound=ProcessSettings)
Read = TypeVar("Read", bound=BaseSettings)


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
    readings: Sequence[Reading] = ()


def load_settings(kind: type[Read]) -> Read:
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
    tracing.start(name, settings.otel_exporter_otlp_endpoint)
    metrics.BUILD.labels(name, version("monthline")).set(1)
    engine_url = serve_engine_figures()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_run(compose, settings, engine_url))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


async def _run(
    compose: Callable[[Known], Awaitable[Service]], settings: Known, engine_url: str | None
) -> int:
    service = await compose(settings)
    # Modules and composition live as long as the process; each full collection would search them again.
    gc.collect()
    gc.freeze()
    service.app.state.figures = Figures(_readings(service), engine_url=engine_url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    try:
        await serve(service, stop)
    except Unfit as error:
        logger.error("process.unfit", check="http", found=str(error), fix=error.fix)
        return 1
    except ExceptionGroup as errors:
        # An unfit server, and what to do about it, has been told of where it was found.
        unforeseen = errors.split(Unfit)[1]
        if unforeseen is not None:
            logger.error("process.failed", exc_info=unforeseen)
        return 1
    except Exception as error:
        logger.error("process.failed", exc_info=error)
        return 1
    finally:
        await _close(service)
        await asyncio.to_thread(tracing.stop)
    logger.info("process.stopped")
    return 0


async def serve(service: Service, stop: asyncio.Event) -> None:
    """Run all parts until ``stop``, then end them: first no new requests, then no new work, then the rest."""
    server = _server(service)
    sockets = await server.listen()
    client: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
    service.app.state.preflight = preflight = Preflight(_checks(service, client))
    async with asyncio.TaskGroup() as group:
        background = [group.create_task(task()) for task in _background(service, preflight)]
        background.append(group.create_task(preflight.look()))
        drained = asyncio.Event()
        worker = group.create_task(_work(service, preflight, client, drained)) if _works(service) else None
        http = group.create_task(server.serve(sockets))
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


def _checks(service: Service, client: "asyncio.Future[Client]") -> dict[str, Check]:
    """What of its servers a process looks at before it begins; the engine's client is kept for its worker."""
    checks: dict[str, Check] = {}
    if service.database is not None:
        checks["schema"] = partial(_look_at_schema, service.database, service.name)
    if service.bus is not None and _works(service):
        checks["stream"] = partial(_look_at_stream, service.bus)
    if service.worker is not None:
        checks["engine"] = partial(_look_at_engine, service.settings, client)
    return checks


async def _look_at_schema(database: Database, name: str) -> None:
    with judged(POSTGRES):
        check_schema(name, await database.schema_version(name), newest(name))


async def _look_at_stream(bus: Bus) -> None:
    with judged(NATS):
        if not bus.connected:
            raise ConnectionError(bus.condition.trouble or f"not connected to NATS at {bus.address}")
        await check_stream(bus)


async def _look_at_engine(settings: ProcessSettings, client: "asyncio.Future[Client]") -> None:
    codec = Codec(settings.keyring, settings.payload_compress_from, strict=settings.payload_strict)
    with judged(TEMPORAL):
        if not client.done():
            client.set_result(await connect(settings, lazy=False))
        await check_engine(client.result(), codec, getattr(settings, "company", None))


async def _work(
    service: Service, preflight: Preflight, client: "asyncio.Future[Client]", stop: asyncio.Event
) -> None:
    """Run the activity or workflow worker, once the engine answers and all is as it should be."""
    if service.worker is None:
        return
    stopping = asyncio.ensure_future(stop.wait())
    fit = asyncio.ensure_future(preflight.wait("schema", "engine"))
    await asyncio.wait([stopping, fit], return_when=asyncio.FIRST_COMPLETED)
    if not fit.done():
        fit.cancel()
        return
    worker = service.worker(client.result())
    running = asyncio.ensure_future(worker.run())
    await asyncio.wait([stopping, running], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        await worker.shutdown()
    await running


def _readings(service: Service) -> list[Reading]:
    """What is read from a process's servers when its figures are asked for."""
    readings = list(service.readings)
    if service.database is not None:
        readings.append(of_pool(service.database))
        if service.outbox is not None:
            readings.append(of_outbox(service.database, service.outbox))
    if service.bus is not None and service.reactions and _works(service):
        readings.append(of_consumers(service.bus, [reaction.durable for reaction in service.reactions]))
    return readings


def _works(service: Service) -> bool:
    return service.settings.run_worker


def _background(service: Service, preflight: Preflight) -> list[Task]:
    if not _works(service):
        if service.bus is not None:
            service.bus.idle = True
        return []
    tasks: list[Task] = [partial(_when_fit, preflight, task) for task in service.tasks]
    if service.bus is not None and service.database is not None and service.outbox is not None:
        relay = Relay(service.database, service.outbox, service.bus)
        service.consumers[:] = [
            Consumer(service.database, service.outbox, service.bus, reaction)
            for reaction in service.reactions
        ]
        tasks.append(partial(_on_bus, service, relay, preflight))
    return tasks


async def _when_fit(preflight: Preflight, task: Task) -> None:
    await preflight.wait("schema")
    await task()


async def _on_bus(service: Service, relay: Relay, preflight: Preflight) -> None:
    assert service.bus is not None
    await _connect(service.bus)
    await preflight.wait("schema", "stream")
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
            obey()
            logger.warning("nats.unreachable", address=bus.address, reason=said_by(error))
            await asyncio.sleep(1)


async def _close(service: Service) -> None:
    if service.bus is not None:
        await service.bus.close()
    if service.database is not None:
        await service.database.close()


def _server(service: Service) -> serving.Server:
    settings = service.settings
    app = service.app if settings.run_api else health_only(service.app)
    return serving.server(app, settings.http_host, settings.http_port, behind=settings.forwarded_allow_ips)


async def bus_check(bus: Bus, consumers: Sequence[Consumer]) -> None:
    """Raise when the bus is away or a consumer has heard nothing from it for 30 s.

    A process without workers leaves the bus to those that have them, and is ready without it.
    """
    if bus.idle:
        return
    if not bus.connected:
        raise ConnectionError(f"not connected to NATS at {bus.address}: {bus.condition.trouble or 'not yet'}")
    silent = [consumer for consumer in consumers if not consumer.ready]
    if silent:
        raise ConnectionError(f"{len(silent)} consumers hear nothing from {bus.address}")
