"""How often somebody may ask: evenly filling buckets for callers, their changes of a plan, and addresses."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from shared.contracts.refusals import TooOften

BURST = 5
"""Seconds' worth of asking that may come at once."""

MOST = 20_000
"""Buckets kept; beyond it those that were used longest ago are forgotten, which is to say full again."""

LONGEST = 200
"""Characters by which plans are told apart here: what is asked for need not be one, and has any length."""


class Buckets:
    """One bucket a key; each holds ``BURST`` seconds' worth and refills at ``rate`` a second; 0: no bound."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._rate = rate
        self._size = max(rate * BURST, 1.0)
        self._clock = clock
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Whole seconds until there is something to take again; 0 when there is."""
        if self._rate <= 0:
            return 0
        level = self._level(key)
        return 0 if level >= 1 else ceil((1 - level) / self._rate)

    def take(self, key: str) -> int:
        """Take one, if there is one: then 0, else the whole seconds until there is."""
        wait = self.wait(key)
        if wait == 0 and self._rate > 0:
            self._levels[key] = (self._level(key) - 1, self._clock())
            self._levels.move_to_end(key)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
        return wait

    def _level(self, key: str) -> float:
        level, at = self._levels.get(key, (self._size, 0.0))
        return min(self._size, level + (self._clock() - at) * self._rate)


def _unbounded() -> Buckets:
    return Buckets(0)


@dataclass(frozen=True)
class RateLimits:
    """The bounds of one process: of a person's requests, of those to one plan, of bad tokens."""

    people: Buckets = field(default_factory=_unbounded)
    plans: Buckets = field(default_factory=_unbounded)
    strangers: Buckets = field(default_factory=_unbounded)

    @classmethod
    def of(cls, *, person: float, plan: float, sign_in: float) -> "RateLimits":
        """The bounds as numbers a second."""
        return cls(Buckets(person), Buckets(plan), Buckets(sign_in))

    def admit(self, person: str) -> None:
        """Count a request of ``person``; raises TooOften."""
        _refuse(self.people.take(person), "person")

    def admit_change(self, person: str, plan: str) -> None:
        """Count a change of ``plan`` by ``person``, who may not be allowed it: nobody else waits for that.

        Raises:
            TooOften: they have tried more often than is bearable.
        """
        _refuse(self.plans.take(f"{person} {plan[:LONGEST]}"), "plan")

    def note_bad_token(self, address: str) -> None:
        """Count a token that did not hold; raises TooOften."""
        _refuse(self.strangers.take(address), "address")


def _refuse(wait: int, of: str) -> None:
    if wait:
        raise TooOften(retry_after=wait, of=of)
