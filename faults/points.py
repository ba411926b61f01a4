"""Named places in the processes where a drill lets one die, pause or fail; the product knows nothing of them.

A drill arms a place by a file ``PROCESS.PLACE`` in the folder that ``FAULTS_ARMED`` names; its text says
what happens there: ``kill``, ``kill-after SECONDS``, ``stop``, ``sleep SECONDS``, ``raise``, each once, or
``always raise``.
"""

import asyncio
import functools
import importlib
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ARMED = "FAULTS_ARMED"
NAME = "FAULTS_NAME"

PLACES: dict[str, tuple[tuple[str, str, str | None, str | None], ...]] = {
    "*": (
        ("shared.engine.lifecycle_client:LifecycleClient", "command", "command.begin", "command.answered"),
        ("shared.web.command_gateway:CommandGateway", "_send", None, "command.settled"),
        ("shared.store.outbox:Outbox", "mark_published", "relay.acked", None),
        ("shared.store.outbox:Outbox", "taken_first", None, "consumer.inside"),
        ("shared.bus.consumer:Consumer", "_effect", "consumer.begin", "consumer.committed"),
    ),
    "services.plans": (
        ("services.plans.activities:PlansActivitiesImpl", "submit", "begin.submit", "done.submit"),
        ("services.plans.activities:PlansActivitiesImpl", "move", "begin.move", "done.move"),
        ("services.plans.activities:PlansActivitiesImpl", "close", "begin.close", "done.close"),
        ("services.plans.activities:PlansActivitiesImpl", "open", "begin.open", "done.open"),
        ("services.plans.activities:PlansActivitiesImpl", "fire_rung", "begin.rung", "done.rung"),
        ("services.plans.activities.transaction_steps", "together", None, "inside.ledger"),
        ("services.plans.api.reporting:Reporting", "record", None, "progress.committed"),
        ("shared.engine.lifecycle_client:LifecycleClient", "start", "engine.start", None),
    ),
    "services.review": (
        ("services.review.activities:ReviewActivitiesImpl", "record_decision", "begin.decide", "done.decide"),
        ("services.review.activities:ReviewActivitiesImpl", "open_round", "begin.round", "done.round"),
    ),
    "services.scoring": (
        ("services.scoring.activities:ScoringActivitiesImpl", "score", "begin.score", "done.score"),
        ("services.scoring.activities:ScoringActivitiesImpl", "record_answer", "begin.answer", "done.answer"),
    ),
    "services.notify": (("services.notify.delivery:Sender", "_attempt", None, "sender.sent"),),
}
"""By process: owner, method, the place before it and the place after it has returned."""


class Armed(RuntimeError):
    """What a place raises when it was armed to."""


def install(module: str) -> None:
    """Put the places of a process around its methods."""
    for owner, method, before, after in (*PLACES["*"], *PLACES.get(module, ())):
        target = load(owner)
        setattr(target, method, _around(getattr(target, method), before, after))


def load(owner: str) -> Any:
    """``package.module`` or ``package.module:Class``."""
    module, _, name = owner.partition(":")
    loaded = importlib.import_module(module)
    return getattr(loaded, name) if name else loaded


def _around(
    original: Callable[..., Awaitable[Any]], before: str | None, after: str | None
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(original)
    async def placed(*given: Any, **named: Any) -> Any:
        if before:
            await reach(before)
        result = await original(*given, **named)
        if after:
            await reach(after)
        return result

    return placed


async def reach(place: str) -> None:
    """Do what the place was armed to do, if it was."""
    file = Path(os.environ[ARMED]) / f"{os.environ[NAME]}.{place}"
    try:
        text = file.read_text(encoding="utf-8")
        if not text.startswith("always "):
            file.rename(file.with_suffix(file.suffix + f".hit-{os.getpid()}"))
    except OSError:
        return
    action, _, number = text.removeprefix("always ").partition(" ")
    await _act(action, float(number or 0))


async def _act(action: str, seconds: float) -> None:
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill-after":
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "sleep":
            await asyncio.sleep(seconds)
        case "raise":
            raise Armed("a drill has armed this place")
        case _:
            raise ValueError(f"a place cannot {action}")
