"""Measuring: closed loops of so many clients, open loops at a fixed rate."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any


@dataclass
class Latencies:
    """Milliseconds from the intended moment of sending to the answer, and what went wrong."""

    name: str
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """Count, errors, median, 99th percentile and maximum."""
        several = (self.milliseconds or [0.0]) * (1 if len(self.milliseconds) > 1 else 2)
        cuts = quantiles(several, n=100, method="inclusive")
        return {
            "count": len(self.milliseconds),
            "errors": len(self.errors),
            "p50_ms": round(cuts[49], 1),
            "p99_ms": round(cuts[98], 1),
            "max_ms": round(max(self.milliseconds, default=0.0), 1),
        }


async def open_loop(
    name: str, works: Sequence[Callable[[], Awaitable[object]]], *, per_second: float
) -> Latencies:
    """Start each work at its moment whether or not the earlier ones have ended."""
    found = Latencies(name)
    began = time.monotonic() + 0.1

    async def one(number: int, work: Callable[[], Awaitable[object]]) -> None:
        intended = began + number / per_second
        await asyncio.sleep(max(0.0, intended - time.monotonic()))
        try:
            await work()
        except Exception as error:
            found.errors.append(f"{type(error).__name__}: {error}"[:200])
            return
        found.milliseconds.append((time.monotonic() - intended) * 1000)

    await asyncio.gather(*(one(number, work) for number, work in enumerate(works)))
    return found


async def closed_loop(works: Sequence[Callable[[], Awaitable[object]]], *, clients: int) -> float:
    """How many works a second so many clients get through, each taking the next when one has ended."""
    waiting = list(works)

    async def client() -> None:
        while waiting:
            await waiting.pop()()

    began = time.monotonic()
    await asyncio.gather(*(client() for _ in range(clients)))
    return len(works) / (time.monotonic() - began)
