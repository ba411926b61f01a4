"""The check that a time zone exists."""

from functools import cache
from zoneinfo import available_timezones


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str) -> str:
    """``name`` itself; raises ValueError when it is no IANA zone."""
    if name not in _zones():
        raise ValueError("no such time zone; use an IANA name such as Asia/Shanghai")
    return name
