"""A driver's log: JSON lines of what was sent and what was answered, as the fault harness writes them."""

import json
from pathlib import Path
from typing import Any

from monthline.audit.facts import Said

FIELDS = tuple(Said.__dataclass_fields__)
EVENTS = ("invoke", "ok", "refused", "unknown")


class NotALog(ValueError):
    """The file is no driver's log; the text names the line."""


def read(path: Path) -> tuple[Said, ...]:
    """The lines of a log; raises NotALog, or OSError when it cannot be read."""
    with path.open(encoding="utf-8") as lines:
        return tuple(_said(number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _said(number: int, line: str) -> Said:
    try:
        given: dict[str, Any] = json.loads(line)
        if given["event"] not in EVENTS:
            raise ValueError(f"event is one of {', '.join(EVENTS)}")
        return Said(**{name: given[name] for name in FIELDS if name in given})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotALog(f"line {number}: {error!r}") from error
