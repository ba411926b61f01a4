"""What a benchmark hands in: numbers with their units, and the budget each is judged by."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from bench.measure import Latencies


class Limit(NamedTuple):
    """A budget: the value may not be above, or not below, ``bound``."""

    sign: Literal["≤", "≥"]
    bound: float

    def kept_by(self, value: float) -> bool:
        """Whether the value keeps to it."""
        return value <= self.bound if self.sign == "≤" else value >= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


def _answers(name: str, at: str, p50: float, p99: float) -> dict[tuple[str, str], Limit]:
    return {(f"{name} p50", at): Limit("≤", p50), (f"{name} p99", at): Limit("≤", p99)}


BUDGET: Mapping[tuple[str, str], Limit] = {
    ("lifecycles", ""): Limit("≥", 5),
    ("ours ÷ bare Temporal", ""): Limit("≥", 0.6),
    ("history of a lifecycle", ""): Limit("≤", 90),
    ("history bytes of a lifecycle", ""): Limit("≤", 16 * 1024),
    ("SQL statements per command", ""): Limit("≤", 8),
    **_answers("submit", "5/s", 100, 300),
    **_answers("approve (HR)", "5/s", 100, 300),
    **_answers("approve (leader)", "5/s", 100, 300),
    **_answers("return", "5/s", 100, 300),
    **_answers("progress", "100/s", 8, 60),
    ("refuse p50", ""): Limit("≤", 20),
    ("errors", ""): Limit("≤", 0),
    ("lateness with jitter p99", ""): Limit("≤", 2000),
    ("early, lost or doubled", ""): Limit("≤", 0),
    ("event to consumer p99", "200/s"): Limit("≤", 1000),
    ("lost or doubled", ""): Limit("≤", 0),
    ("back after kill -9", "workflows"): Limit("≤", 4),
    ("back after kill -9", ""): Limit("≤", 15),
    ("never answered", ""): Limit("≤", 0),
}
"""By name and by circumstance; an empty circumstance stands for every one that has no budget of its own."""


@dataclass(frozen=True)
class Finding:
    """One number: which benchmark found it, of what, in which unit and under which circumstance.

    ``of`` is how many were measured, where a quantile stands for many. ``sized`` is False of what was
    measured at a smaller size than its budget is meant for: it is neither kept nor missed then.
    """

    bench: str
    what: str
    value: float
    unit: str = ""
    at: str = ""
    of: int | None = None
    sized: bool = True

    @property
    def limit(self) -> Limit | None:
        """The budget, where there is one."""
        return BUDGET.get((self.what, self.at)) or BUDGET.get((self.what, ""))

    @property
    def verdict(self) -> str:
        """Whether the budget is kept; empty without one, or where the size is another."""
        if self.limit is None:
            return ""
        if not self.sized:
            return "smaller"
        return "kept" if self.limit.kept_by(self.value) else "missed"

    def document(self) -> dict[str, Any]:
        """As it is written to JSON."""
        told: dict[str, Any] = asdict(self) | {"value": round(self.value, 4)}
        return told if self.limit is None else told | {"budget": str(self.limit), "verdict": self.verdict}


def of_latencies(bench: str, found: Latencies, at: str, *, sized: bool = True) -> list[Finding]:
    """The median, the 99th percentile and the errors of one series."""
    row = found.row()
    quantiles = (("p50", row["p50_ms"]), ("p99", row["p99_ms"]))
    findings = [
        Finding(bench, f"{found.name} {name}", value, "ms", at, row["count"], sized)
        for name, value in quantiles
    ]
    if found.errors:
        findings.append(Finding(bench, "errors", len(found.errors), "", f"{found.name}, {at}"))
    return findings
