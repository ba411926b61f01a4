"""Errors as they are logged and kept: where they came from and what they say, without what somebody wrote."""

import traceback
from collections.abc import Sequence
from typing import Any

REPEATING = ("pydantic", "pydantic_core", "fastapi")
"""Libraries whose errors about a value repeat the value."""
MOST_FAULTS = 10
CAUSED = "The above exception was the direct cause of the following exception:"
MEANWHILE = "During handling of the above exception, another exception occurred:"


def said(error: BaseException) -> str:
    """What an error says; of values that were not accepted, the places and what was wrong with them."""
    faults = _faults(error)
    if faults is None:
        return str(error)
    shown = [f"{'.'.join(map(str, fault.get('loc', ())))}: {fault.get('type')}" for fault in faults]
    more = [f"and {len(shown) - MOST_FAULTS} more"] if len(shown) > MOST_FAULTS else []
    return "; ".join([*shown[:MOST_FAULTS], *more])


def _faults(error: BaseException) -> Sequence[dict[str, Any]] | None:
    listed = getattr(error, "errors", None)
    if type(error).__module__.partition(".")[0] not in REPEATING or not callable(listed):
        return None
    return [fault for fault in listed() if isinstance(fault, dict)]


def formatted(error: BaseException) -> str:
    """The traceback with those of its causes, as Python shows it but for :func:`said`."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> list[str]:
    seen.add(id(error))
    lines: list[str] = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        lines += [*_lines(before, seen), "", CAUSED if error.__cause__ else MEANWHILE, ""]
    if error.__traceback__ is not None:
        lines.append("Traceback (most recent call last):")
        lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
    kind = type(error)
    lines += f"{kind.__module__}.{kind.__qualname__}: {said(error)}".removeprefix("builtins.").splitlines()
    if isinstance(error, BaseExceptionGroup):
        for number, one in enumerate(error.exceptions, 1):
            lines.append(f"  ---------------- {number} ----------------")
            lines += [f"  {line}" for line in _lines(one, seen)]
    return lines
