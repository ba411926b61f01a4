"""What the stream of facts must be like, and whether the one that is there is."""

from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from shared.bus import DUPLICATE_WINDOW, STREAM, SUBJECTS, Bus, stream_config
from shared.fitness import Unfit

LEAST_AGE = 7 * 24 * 3600
"""Seconds that a fact must be kept, so that a consumer may be away over a long weekend."""


def misfits(config: StreamConfig) -> list[str]:
    """What of a stream's settings breaks the promises that rest on it, one line each."""
    wanted = stream_config()
    exact = ("storage", "retention", "discard", "deny_delete", "deny_purge")
    wrong = [
        f"{name} is {_shown(getattr(config, name))} instead of {_shown(getattr(wanted, name))}"
        for name in exact
        if getattr(config, name) != getattr(wanted, name)
    ]
    if SUBJECTS not in (config.subjects or []):
        wrong.append(f"subjects are {', '.join(config.subjects or [])} instead of {SUBJECTS}")
    if (config.duplicate_window or 0) < DUPLICATE_WINDOW:
        wrong.append(
            f"duplicate_window is {config.duplicate_window or 0:g} s instead of {DUPLICATE_WINDOW} s"
        )
    if config.max_age and config.max_age < LEAST_AGE:
        wrong.append(f"max_age is {config.max_age:g} s, which is less than {LEAST_AGE} s")
    size = wanted.max_msg_size or 0
    if config.max_msg_size is not None and 0 <= config.max_msg_size < size:
        wrong.append(f"max_msg_size is {config.max_msg_size} instead of {size} bytes")
    return wrong


def _shown(value: object) -> str:
    return str(getattr(value, "value", value))


async def stream_is_fit(bus: Bus) -> None:
    """Judge the stream; raises Unfit when it is absent or has other limits."""
    try:
        info = await bus.jetstream.stream_info(STREAM)
    except NotFoundError as error:
        raise Unfit(f"NATS at {bus.address} has no stream {STREAM}", "run: monthline migrate") from error
    wrong = misfits(info.config)
    if wrong:
        raise Unfit(f"stream {STREAM}: {'; '.join(wrong)}", f"correct it with: nats stream edit {STREAM}")
