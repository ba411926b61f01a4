"""Which events a durable or a webhook has asked for."""

from collections.abc import Iterable


def matches(pattern: str, subject: str) -> bool:
    """Whether ``subject`` is among those ``pattern`` names, by the rules of NATS subjects."""
    wanted, words = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted = wanted[:-1]
        if len(words) <= len(wanted):
            return False
        words = words[: len(wanted)]
    return len(wanted) == len(words) and all(w in ("*", word) for w, word in zip(wanted, words, strict=True))


def wanted(patterns: Iterable[str], subject: str) -> bool:
    """Whether any of ``patterns`` names ``subject``."""
    return any(matches(pattern, subject) for pattern in patterns)
