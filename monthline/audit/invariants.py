"""The list of invariants, and looking at all of them; what is still on its way is looked at again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from monthline.audit.facts import Facts, Violation
from monthline.audit.rules.bounds import bounds_are_kept
from monthline.audit.rules.commands import every_ok_has_its_line, every_unknown_ended, no_command_twice
from monthline.audit.rules.events import events_arrive_once
from monthline.audit.rules.ledgers import chains_are_unbroken, ledgers_are_legal_paths
from monthline.audit.rules.lifecycles import (
    deadlines_had_their_effect,
    lifecycles_agree_with_rows,
    nothing_fails_over_and_over,
)
from monthline.audit.rules.rights import nobody_did_what_their_role_forbids

PAUSE = 1.0


@dataclass(frozen=True)
class Invariant:
    """One promise, and the rule that finds what breaks it."""

    code: str
    title: str
    rule: Callable[[Facts], Iterator[Violation]]


INVARIANTS = (
    Invariant("I1", "every command answered with success took effect once", every_ok_has_its_line),
    Invariant("I2", "no command took effect twice, versions have no gap", no_command_twice),
    Invariant("I3", "every ledger is a legal path; refusals left nothing", ledgers_are_legal_paths),
    Invariant("I4", "every command has ended as applied or refused", every_unknown_ended),
    Invariant("I5", "lifecycles and rows agree", lifecycles_agree_with_rows),
    Invariant("I6", "every event was published, taken and told once", events_arrive_once),
    Invariant("I7", "every deadline had its effect, none before its time", deadlines_had_their_effect),
    Invariant("I8", "no dead letter, nothing that fails over and over", nothing_fails_over_and_over),
    Invariant("I9", "nobody did what their role forbids", nobody_did_what_their_role_forbids),
    Invariant("I10", "the ledger's chain is unbroken", chains_are_unbroken),
    Invariant("I11", "connections and times are within their bounds", bounds_are_kept),
)


@dataclass(frozen=True)
class Finding:
    """What became of one invariant."""

    invariant: Invariant
    violations: tuple[Violation, ...]


def judge(facts: Facts) -> tuple[Finding, ...]:
    """Every invariant with what breaks it."""
    return tuple(Finding(invariant, tuple(invariant.rule(facts))) for invariant in INVARIANTS)


def broken(findings: Sequence[Finding]) -> dict[str, tuple[Violation, ...]]:
    """The invariants that do not hold, by their codes."""
    return {each.invariant.code: each.violations for each in findings if each.violations}


async def settle(read: Callable[[], Awaitable[Facts]], patience: float) -> tuple[Finding, ...]:
    """Judge what is read; a deployment at work is never at rest, so what is found is read again.

    Returns as soon as everything holds, or with the last findings when ``patience`` seconds are over.
    """
    deadline = time.monotonic() + patience
    while True:
        findings = judge(await read())
        if not broken(findings) or time.monotonic() > deadline:
            return findings
        await asyncio.sleep(PAUSE)
