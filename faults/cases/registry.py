"""The register of faults: number, where it strikes, what it checks, and what protects from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from faults.world import World

Strike = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One fault. ``without`` names the protections that make it harmless (see ``faults.unprotected``).

    ``breaks`` is a regular expression of what has to be found wrong when they are taken out; a drill
    that fails otherwise has proved nothing.
    """

    code: str
    title: str
    strike: Strike
    without: tuple[str, ...] = ()
    breaks: str = ""
    people: int = 12
    only_long: bool = False

    @property
    def order(self) -> tuple[str, int]:
        """By letter and number."""
        return self.code[0], int(self.code[1:])


CASES: dict[str, Case] = {}


def fault(
    code: str,
    title: str,
    *,
    without: tuple[str, ...] = (),
    breaks: str = "",
    people: int = 12,
    only_long: bool = False,
) -> Callable[[Strike], Strike]:
    """Register a fault."""

    def register(strike: Strike) -> Strike:
        CASES[code] = Case(code, title, strike, without, breaks, people, only_long)
        return strike

    return register
