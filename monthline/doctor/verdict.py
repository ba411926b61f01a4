"""What a check of a deployment says: well, or ill with what to do about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monthline.deployment import Deployment


class Ill(Exception):
    """A check that found something wrong; ``fix`` says what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


@dataclass(frozen=True)
class Verdict:
    """What one check found."""

    name: str
    well: bool
    found: str
    fix: str = ""


Check = Callable[[Deployment], Awaitable[str]]
"""Looks at one thing; what it found, or Ill."""


def first_line(error: BaseException) -> str:
    """What an error says, in short."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
