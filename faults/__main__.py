"""``python -m faults [F1 F13 …] [--long] [--unprotected] [--seed N]``: run the drills and say what held."""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from faults.cases import CASES, Case
from faults.pace import quicken_bus
from faults.run import Outcome, protected, summed_up, unprotected
from monthline.terminal import complain
from shared.base import log


def arguments() -> argparse.Namespace:
    """What the user asked for."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="F1", help="only these; all of them by default")
    parser.add_argument("--long", action="store_true", help="full sizes and durations (about an hour)")
    parser.add_argument(
        "--unprotected", action="store_true", help="each without its protection, expected to fail"
    )
    parser.add_argument("--seed", type=int, help="the number a run is decided by; printed, random by default")
    parser.add_argument("--keep", type=Path, help="keep servers' data and logs in this folder")
    return parser.parse_args()


def chosen(names: list[str], long: bool) -> list[Case]:
    """The faults that were asked for, by number; exit 2 for one there is not."""
    unknown = sorted(set(names) - set(CASES))
    if unknown:
        complain(f"There is no {', '.join(unknown)}; there are {', '.join(CASES)}.")
        sys.exit(2)
    cases = sorted(CASES.values(), key=lambda case: case.order)
    return [case for case in cases if case.code in names or (not names and (long or not case.only_long))]


async def suite(wanted: argparse.Namespace, folder: Path, seed: int) -> list[Outcome]:
    """Every fault that was asked for."""
    cases = chosen(wanted.faults, wanted.long)
    if wanted.unprotected:
        cases = [case for case in cases if case.without or case.code in wanted.faults]
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False)
    console.print(f"seed {seed}: {len(cases)} faults, {'full' if wanted.long else 'short'} sizes")
    if wanted.unprotected:
        return await unprotected(cases, folder, seed, console)
    return await protected(cases, folder, seed, console, long=wanted.long)


def main() -> None:
    """Run, print, end with 1 when something was not as expected."""
    wanted = arguments()
    log.configure("faults", level="ERROR")
    quicken_bus()
    seed = wanted.seed if wanted.seed is not None else int.from_bytes(os.urandom(3), "big")
    with tempfile.TemporaryDirectory(prefix="monthline-faults-", ignore_cleanup_errors=True) as temporary:
        folder = wanted.keep or Path(temporary)
        outcomes = asyncio.run(suite(wanted, folder.resolve(), seed))
    print("\n".join(summed_up(outcomes)))
    bad = [outcome for outcome in outcomes if not outcome.expected]
    print(f"{len(outcomes) - len(bad)} as expected, {len(bad)} not; again with: --seed {seed}")
    sys.stdout.flush()
    os._exit(1 if bad else 0)


if __name__ == "__main__":
    main()
