"""Without the orderly stop of a process."""

import asyncio
import importlib
import os
from collections.abc import Awaitable, Callable

from faults.points import load
from faults.unprotected.registry import removal


@removal("orderly-stop")
def _orderly_stop(module: str) -> None:
    """A process that is asked to stop drops what it is doing."""
    process = importlib.import_module("shared.process.runner")
    original: Callable[..., Awaitable[None]] = load("shared.process.runner").serve

    async def serve(service: object, stop: asyncio.Event) -> None:
        async def end() -> None:
            await stop.wait()
            os._exit(0)

        ending = asyncio.create_task(end())
        await original(service, stop)
        ending.cancel()

    vars(process)["serve"] = serve
