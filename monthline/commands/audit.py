"""``monthline audit``: look whether a deployment has kept its promises, and send again what a stream lost."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from monthline.audit import driver as driver_log
from monthline.audit import republish as again
from monthline.audit.facts import Said
from monthline.audit.invariants import Finding, broken, settle
from monthline.audit.reading import Reader, Unreadable
from monthline.commands.surroundings import USAGE, deployment
from monthline.deployment import Deployment
from monthline.terminal import complain, console
from shared.base import log

SHOWN = 5
T = TypeVar("T")
Patience = Annotated[
    float, typer.Option(min=0, max=600, help="Seconds for which what is still on its way is looked at again.")
]
Driver = Annotated[
    Path | None, typer.Option(help="Log of a driver: JSON lines of invoke, ok, refused, unknown.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Whether a deployment has kept its promises.")
    group.command("check")(check)
    group.command("republish")(republish)
    app.add_typer(group, name="audit")


def check(patience: Patience = 10.0, driver: Driver = None, as_json: AsJson = False) -> None:
    """Check the invariants of this environment's deployment, from every database, Temporal and NATS.

    Reads only. Ends with 1 when an invariant is broken, with 2 when something cannot be read.
    """
    target, said = deployment(), _said(driver)
    findings = _run(_check(target, said, patience))
    if as_json:
        print(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            _show(finding)
    if broken(findings):
        raise typer.Exit(1)


def republish() -> None:
    """Have the relays send again every event that a consumer has not taken (after NATS was lost or restored).

    Consumers that have taken an event already drop it.
    """
    counts = _run(_republish(deployment()))
    for service, count in counts.items():
        console().print(f"{service}: {count} events wait to be sent again")
    if not counts:
        console().print("Every consumer has taken every event.")


async def _check(target: Deployment, said: tuple[Said, ...], patience: float) -> tuple[Finding, ...]:
    async with Reader(target, said) as reader:
        return await settle(reader.read, patience)


async def _republish(target: Deployment) -> dict[str, int]:
    async with Reader(target) as reader:
        lost = again.lost(await reader.read())
    for service, ids in lost.items():
        await again.send_again(target, service, ids)
    return {service: len(ids) for service, ids in lost.items()}


def _said(path: Path | None) -> tuple[Said, ...]:
    if path is None:
        return ()
    try:
        return driver_log.read(path)
    except (OSError, driver_log.NotALog) as error:
        complain(f"--driver {path}: {error}")
        raise typer.Exit(USAGE) from None


def _run(work: Coroutine[Any, Any, T]) -> T:
    log.configure("audit", level="ERROR")
    try:
        return asyncio.run(work)
    except Unreadable as error:
        complain(str(error))
        complain(f"Start it, or correct {error.variable}.")
        raise typer.Exit(USAGE) from None


def _show(finding: Finding) -> None:
    invariant, violations = finding.invariant, finding.violations
    said = "ok" if not violations else f"{len(violations)} violations"
    console().print(
        f"{invariant.code:<3} {said:<14} {invariant.title}", style="red" if violations else "green"
    )
    for violation in violations[:SHOWN]:
        console().print(f"      {violation.about}: {violation.found}")
        console().print(f"        → {violation.fix}")
    if len(violations) > SHOWN:
        console().print(f"      … and {len(violations) - SHOWN} more; --json shows all")


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "invariant": finding.invariant.code,
        "title": finding.invariant.title,
        "violations": [
            {"about": one.about, "found": one.found, "fix": one.fix} for one in finding.violations
        ],
    }
