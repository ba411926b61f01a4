"""The table that a run prints, each number beside its budget."""

from typing import Any

from rich.console import Console
from rich.table import Table

BUDGET = {
    "ours_per_second": (">=", 5),
    "ratio": (">=", 0.6),
    "submit.p50_ms": ("<=", 100),
    "submit.p99_ms": ("<=", 300),
    "approve_hr.p50_ms": ("<=", 100),
    "approve_hr.p99_ms": ("<=", 300),
    "approve_leader.p50_ms": ("<=", 100),
    "approve_leader.p99_ms": ("<=", 300),
    "refuse.p50_ms": ("<=", 20),
    "history_events": ("<=", 90),
    "history_bytes": ("<=", 16 * 1024),
    "sql_per_command": ("<=", 8),
}


def rows(result: dict[str, Any]) -> list[tuple[str, float]]:
    """Every measured number with its name."""
    found = []
    for rate in result["throughput"]:
        clients = rate["clients"]
        found += [(f"{name} ({clients} clients)", value) for name, value in rate.items() if name != "clients"]
    for command, figures in result["latency_at_5_per_second"].items():
        numbers = {name: value for name, value in figures.items() if isinstance(value, int | float)}
        found += [(f"{command}.{name}", value) for name, value in numbers.items()]
    found += list(result["one_lifecycle"].items())
    return found


def verdict(name: str, value: float) -> tuple[str, str]:
    """The budget of a number, and whether it is kept."""
    budget = BUDGET.get(name.partition(" ")[0])
    if budget is None:
        return "", ""
    sign, limit = budget
    kept = value >= limit if sign == ">=" else value <= limit
    return f"{sign} {limit}", "kept" if kept else "MISSED"


def print_report(console: Console, result: dict[str, Any]) -> None:
    """One line a number."""
    table = Table("measured", "value", "budget", "", box=None)
    for name, value in rows(result):
        table.add_row(name, f"{value:g}", *verdict(name, value))
    console.print(table)
