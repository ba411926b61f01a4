"""Owns the verdict: every check on a line of its own, and the count at the end."""

from collections.abc import Sequence

from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.checks.plans import PLAN_CHECKS
from monthline.demo.checks.promises import PROMISE_CHECKS
from monthline.demo.checks.surroundings import SURROUNDING_CHECKS
from monthline.demo.display import Steps
from monthline.demo.transport import Refusal, Unanswered

CHECKS = (*PLAN_CHECKS, *PROMISE_CHECKS, *SURROUNDING_CHECKS)
_SHOWN = 8


async def verdict(evidence: Evidence, steps: Steps) -> int:
    """How many checks failed; each is told as it is looked at, the last line counts them."""
    failed = 0
    for check in CHECKS:
        wrong = await look(check, evidence)
        _tell(check, wrong, steps)
        failed += bool(wrong)
    steps.console.print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return failed


async def look(check: Check, evidence: Evidence) -> Sequence[str]:
    """What is wrong; a service that does not answer the check fails it."""
    try:
        return await check.look(evidence)
    except (TimeoutError, Refusal, Unanswered, OSError) as error:
        return [str(error)]


def _tell(check: Check, wrong: Sequence[str], steps: Steps) -> None:
    name = steps.say(check.name)
    steps.console.print(f"{'✗' if wrong else '✓'} {name}", style="red" if wrong else "green")
    for line in wrong[:_SHOWN]:
        steps.console.print(f"    {line}")
    if len(wrong) > _SHOWN:
        steps.console.print(f"    … {len(wrong) - _SHOWN}")
