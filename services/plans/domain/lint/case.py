"""The case a plan makes before the linter: its content, and all that rules may judge it by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.contracts.calendar import WorkingDays
from shared.contracts.plan import PlanContent, Template, Unit
from shared.contracts.values import Code, Month
from shared.contracts.words import Direction, Language


@dataclass(frozen=True)
class PastPlan:
    """What the same person planned in an earlier month."""

    month: Month
    content: PlanContent


@dataclass(frozen=True)
class Kpi:
    """A metric that items may be tied to; ``department`` answers for it."""

    unit: Unit
    direction: Direction
    department: Code


@dataclass(frozen=True, kw_only=True)
class Case:
    """A plan with its template and the facts around it.

    A fact that is not known is None, and a rule that needs it finds nothing. Empty means known to be
    empty: a person with ``history`` ``()`` has never planned before.

    ``history`` has the newest month first. ``kpis`` are those that exist, by id. ``words`` are the
    phrases that name no measurable end. ``today`` is the day on the plan's own calendar.
    """

    content: PlanContent
    template: Template
    month: Month
    history: tuple[PastPlan, ...] | None = None
    calendar: WorkingDays | None = None
    kpis: Mapping[Code, Kpi] | None = None
    words: Mapping[Language, tuple[str, ...]] | None = None
    today: date | None = None
