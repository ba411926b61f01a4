"""Owns how the demo serves its own small pages, the issuer's and the mail inbox, from inside its process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI

_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 5.0


class NotLoopback(ValueError):
    """The demo was asked to serve where other machines can reach it."""


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process to the demo."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def require_loopback(host: str) -> str:
    """``host`` itself; raises NotLoopback unless it is a literal loopback address."""
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(
            f"{host} is not a loopback address: the demo gives tokens to anybody who asks, so it "
            "serves this machine only; use 127.0.0.1, or run `monthline up` with the issuer of your company"
        )
    return host


@asynccontextmanager
async def serving(app: FastAPI, host: str, port: int) -> AsyncIterator[None]:
    """Serves ``app`` on a loopback address for the length of the block."""
    config = uvicorn.Config(
        app, host=require_loopback(host), port=port, log_config=None, access_log=False, lifespan="off"
    )
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve(), name=f"serve {host}:{port}")
    try:
        await _started(server, task)
        yield
    finally:
        server.should_exit = True
        await _stopped(task)


async def _started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    async with asyncio.timeout(_START_TIMEOUT):
        while not server.started:
            if task.done():
                # uvicorn answers a taken port with SystemExit, which would end the demo without a word.
                raise OSError(
                    f"cannot listen on {server.config.host}:{server.config.port}; is the port taken?"
                )
            await asyncio.sleep(0.01)


async def _stopped(task: asyncio.Task[None]) -> None:
    with contextlib.suppress(SystemExit, TimeoutError):
        await asyncio.wait_for(task, _STOP_TIMEOUT)
