"""The table that a run prints, each number beside its budget; for the terminal or as Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from bench.findings import Finding

HEAD = ("", "what", "measured", "budget", "")


def lines(findings: Iterable[Finding]) -> Iterator[tuple[str, str, str, str, str]]:
    """One line a number: benchmark, what, value, budget, verdict."""
    for found in findings:
        what = f"{found.what}, {found.at}" if found.at else found.what
        value = f"{shown(found.value)} {found.unit}".strip() + (f" (of {found.of:,})" if found.of else "")
        yield found.bench, what, value, str(found.limit or ""), found.verdict


def shown(value: float) -> str:
    """Three digits that mean something, and whole numbers as they are."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def print_report(console: Console, findings: Sequence[Finding]) -> None:
    """One line a number; what misses its budget stands out."""
    table = Table(*HEAD, box=None)
    for line in lines(findings):
        table.add_row(*line, style="red" if line[-1] == "missed" else None)
    console.print(table)


def markdown(findings: Sequence[Finding]) -> str:
    """The same table for a document."""
    rows = [("", "what", "measured", "budget", ""), ("---",) * 5, *lines(findings)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
