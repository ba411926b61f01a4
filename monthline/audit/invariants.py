"""The list of invariants, and looking at all of them; what is still on its way is looked at again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from monthline.audit.facts import Facts, Violation
from monthline.audit.rules.bounds import bounds_are_kept
from monthline.audit.rules.commands import every_ok_has_its_line, every_unknown_ended, no_command_twice
from monthline.audit.rules.deadlines import deadlines_had_their_effect
from monthline.audit.rules.events import events_arrive_once
from monthline.audit.rules.ledgers import chains_are_unbroken, ledgers_are_legal_paths
from monthline.audit.rules.lifecycles import lifecycles_agree_with_rows, nothing_fails_over_and_over
from monthline.audit.rules.privacy import nobody_is_named_in_the_engine
from monthline.audit.rules.rights import nobody_did_what_their_role_forbids

PAUSE = 1.0
APART = 3.0
"""Seconds for which a violation must last to be one, and no move on its way."""


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
    Invariant("I12", "nobody is named where lifecycles are listed", nobody_is_named_in_the_engine),
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


async def settle(
    read: Callable[[], Awaitable[Facts]], patience: float, *, apart: float = APART
) -> tuple[Finding, ...]:
    """Judge what is read, and leave out what does not last.

    Servers are read one after the other, so that of a deployment at work something is always about to
    happen. Reported is what every reading of the last ``apart`` seconds has shown. Returns when nothing
    was shown that long, or when ``patience`` seconds are over; it reads at least twice, unless the first
    reading shows nothing.
    """
    since: dict[str, float] = {}
    began: float | None = None
    while True:
        findings, now = judge(await read()), time.monotonic()
        # What was seen first counts from the end of its reading, however long that took.
        began = now if began is None else began
        since = {name: since.get(name, now) for name in names(findings)}
        old = {name for name, first in since.items() if now - first >= apart}
        waited = now - began
        if not since or (waited >= apart and (not old or waited >= patience)):
            return tuple(_only(finding, old) for finding in findings)
        await asyncio.sleep(min(PAUSE, apart))


def names(findings: Sequence[Finding]) -> dict[str, Violation]:
    """The violations by names that stay the same from one reading to the next."""
    return {
        f"{finding.invariant.code} {violation.name}": violation
        for finding in findings
        for violation in finding.violations
    }


def _only(finding: Finding, wanted: set[str]) -> Finding:
    code = finding.invariant.code
    kept = [violation for violation in finding.violations if f"{code} {violation.name}" in wanted]
    return Finding(finding.invariant, tuple(kept))
