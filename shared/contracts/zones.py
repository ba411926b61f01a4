"""The check that a time zone exists."""

from zoneinfo import available_timezones

from shared.contracts.values import unfit

# Read when the module is imported: the sandbox of a workflow may not look into the file system later.
_ZONES = frozenset(available_timezones())


def known_zone(name: str) -> str:
    """``name`` itself; raises ValueError when it is no IANA zone."""
    if name not in _ZONES:
        raise unfit("time_zone_unknown")
    return name
