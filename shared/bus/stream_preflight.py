"""Whether the stream of facts that is there is the one that the promises rest on."""

from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from shared.base.diagnosis import Unfit
from shared.bus.jetstream import STREAM, Bus, corrected, stream_config

CORRECTABLE = (
    "subjects",
    "discard",
    "deny_delete",
    "deny_purge",
    "duplicate_window",
    "max_msg_size",
    "max_age",
)
FOR_GOOD = ("storage", "retention")
"""What no server changes in a stream that is there."""


def misfits(config: StreamConfig) -> list[str]:
    """What of a stream's settings breaks the promises that rest on it, one line each."""
    return _differences(config, corrected(config), CORRECTABLE) + _for_good(config)


def _for_good(config: StreamConfig) -> list[str]:
    return _differences(config, stream_config(), FOR_GOOD)


def _differences(found: StreamConfig, wanted: StreamConfig, names: tuple[str, ...]) -> list[str]:
    return [
        f"{name} is {_shown(getattr(found, name))} instead of {_shown(getattr(wanted, name))}"
        for name in names
        if getattr(found, name) != getattr(wanted, name)
    ]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(getattr(value, "value", value))


async def check_stream(bus: Bus) -> None:
    """Judge the stream; raises Unfit when it is absent or has other limits."""
    try:
        info = await bus.jetstream.stream_info(STREAM)
    except NotFoundError as error:
        raise Unfit(f"NATS at {bus.address} has no stream {STREAM}", "run: monthline migrate") from error
    except TimeoutError as error:
        # What a user may not ask is not answered; the server says so beside it.
        raise ConnectionError(bus.condition.denied or f"NATS at {bus.address} does not answer") from error
    wrong = misfits(info.config)
    if wrong:
        anew = f"make a stream {STREAM} of another store: save it (nats stream backup), and migrate"
        fix = anew if _for_good(info.config) else "run: monthline migrate"
        raise Unfit(f"stream {STREAM}: {'; '.join(wrong)}", fix)
