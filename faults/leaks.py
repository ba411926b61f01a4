"""What must not stand in a log: addresses, names, tokens, passwords. The drills' logs are searched for it."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from faults.company import MAILS, NAMED
from monthline.deployment import Deployment
from monthline.registry import SERVICES

KINDS = {
    "an address": re.compile(r"[\w.+-]+@" + re.escape(MAILS)),
    "a name": re.compile(re.escape(NAMED) + r" ?\w+"),
    "a token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
}


def passwords(deployment: Deployment) -> tuple[str, ...]:
    """The secrets by which processes reach their servers."""
    found = {urlsplit(deployment.dsn(service)).password or "" for service in SERVICES}
    return tuple(sorted(found - {""}))


def leaks(logs: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """I12: each log with the kinds of text in it that belong in none; the text itself is not repeated."""
    patterns = KINDS | {"a password": re.compile("|".join(map(re.escape, secrets)) or r"(?!)")}
    found = []
    for log in sorted(logs):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        for kind, pattern in patterns.items():
            count = sum(1 for line in lines if pattern.search(line))
            if count:
                found.append(f"I12 {log.name}: {count} lines have {kind} in them")
    return found
