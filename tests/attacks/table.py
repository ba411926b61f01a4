"""How a row of the rights table is written: what is asked, and which answer whom gets in which stage."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.contracts.words import Stage
from tests.attacks.company import CALLERS, VERSIONS, plan_in

EVERYBODY: Final = frozenset(CALLERS)
SOME_STAGES: Final = (Stage.LEADER_REVIEW, Stage.FINAL)
"""Where everybody tries everything; whoever may do it somewhere tries it everywhere."""
THOROUGH: Final = os.environ.get("ATTACKS") == "all"
"""Everybody tries everything in every stage."""

NEAR: Final = f"{datetime.now(UTC) + timedelta(days=40):%Y-%m}"
"""A month that may be opened."""

Body = Callable[[str, Stage], Any]


def people(names: str) -> frozenset[str]:
    """The callers of these names; a name that nobody has is a mistake in the table."""
    found = frozenset(names.split())
    assert found <= EVERYBODY, found - EVERYBODY
    return found


SEE_PLAN: Final = people("author head leader hr hr_all ceo auditor")
"""Whose business the author's plans are."""


@dataclass(frozen=True)
class Row:
    """One endpoint: ``by`` get ``ok``, those of ``knows`` 403, everybody else 404.

    ``path`` has the caller and the plan of the stage in braces. ``command`` sends the headers of a
    command: a fresh key and the plan's version.
    """

    path: str
    by: frozenset[str] = EVERYBODY
    ok: int = 200
    knows: frozenset[str] = EVERYBODY
    body: Body | None = None
    command: bool = False

    def tries(self) -> Iterable[tuple[str, Stage]]:
        """Who tries it, and with the plan of which stage."""
        return ((caller, Stage.DRAFTING) for caller in CALLERS)

    def expected(self, caller: str, stage: Stage) -> int:
        """The status that the caller gets."""
        if caller in self.by:
            return self.ok
        return 403 if caller in self.knows else 404

    def request(self, caller: str, stage: Stage) -> dict[str, Any]:
        """What is sent, as arguments of a client."""
        plan = plan_in(stage)
        asked: dict[str, Any] = {"url": self.path.format(caller=caller, plan=plan.plan_id, near=NEAR)}
        if self.body is not None:
            asked["json"] = self.body(caller, stage)
        if self.command:
            asked["headers"] = {
                "Idempotency-Key": f"{re.sub('[^a-z]', '-', self.path)}-{stage}",
                "If-Match": f'"{VERSIONS[stage]}.1"',
            }
        return asked


@dataclass(frozen=True)
class OnPlan(Row):
    """An endpoint of one plan. ``fits`` are the stages in which it is possible, with who may then.

    Elsewhere those who may at all get ``misfit``. ``never`` are stages in which there is nothing to
    be seen by anybody.
    """

    knows: frozenset[str] = SEE_PLAN
    fits: Mapping[Stage, frozenset[str]] = field(default_factory=dict)
    never: frozenset[Stage] = frozenset()
    misfit: int = 409
    reads: bool = False

    def tries(self) -> Iterable[tuple[str, Stage]]:
        """Who tries it, and with the plan of which stage."""
        may = frozenset[str]() if self.reads else self.by.union(*self.fits.values())
        return (
            (caller, stage)
            for stage in Stage
            for caller in CALLERS
            if THOROUGH or stage in SOME_STAGES or caller in may
        )

    def expected(self, caller: str, stage: Stage) -> int:
        """The status that the caller gets."""
        if stage in self.never:
            return 404
        if caller in self.fits.get(stage, self.by):
            return self.ok if stage in self.fits else self.misfit
        return 403 if caller in self.knows else 404


def everywhere(by: frozenset[str], stages: Iterable[Stage] = Stage) -> dict[Stage, frozenset[str]]:
    """The same people in every one of the stages."""
    return dict.fromkeys(stages, by)


def read(path: str) -> OnPlan:
    """A read of a plan under the row rights."""
    return OnPlan(path, by=SEE_PLAN, fits=everywhere(SEE_PLAN), reads=True)
