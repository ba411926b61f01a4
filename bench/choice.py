"""What a benchmark needs of a run, and how large a company those that were chosen need together."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.findings import Finding

if TYPE_CHECKING:
    from bench.ground import Ground


def _none(full: bool) -> int:
    return 0


@dataclass(frozen=True)
class Bench:
    """One or more ids that are measured together.

    By the size of the run: how many drafted plans it uses up (``plans``), how many it has open at
    one time, and how many managers without a plan it needs.
    """

    ids: tuple[str, ...]
    measures: str
    run: Callable[["Ground"], Awaitable[list[Finding]]]
    plans: Callable[[bool], int] = _none
    open_at_once: Callable[[bool], int] = _none
    strangers: Callable[[bool], int] = _none


def company_size(chosen: Iterable[Bench], *, full: bool) -> int:
    """How many managers the chosen benchmarks need; plans that one leaves untouched serve the next."""
    benches = list(chosen)
    used_up = sum(bench.plans(full) for bench in benches)
    most_open = max((bench.open_at_once(full) for bench in benches), default=0)
    return max(used_up, most_open) + sum(bench.strangers(full) for bench in benches)
