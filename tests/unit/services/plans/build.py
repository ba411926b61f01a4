"""Templates, plans, entries and deadlines with defaults, for tests."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from services.plans.domain.lint.rules import RULES
from services.plans.domain.progress import Reported
from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command
from shared.contracts.plan import (
    BinaryMeasure,
    CategoryRule,
    CountMeasure,
    Item,
    ItemMilestone,
    Measure,
    MetricMeasure,
    MilestonesMeasure,
    PlanContent,
    ProgressEntry,
    Template,
)
from shared.contracts.rungs import FireRung
from shared.contracts.values import Text
from shared.contracts.words import Milestone, Move, Party, Rung, Severity, Stage

PLAN = PlanRef(company="acme", month="2026-03", person="p017", department="east")
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
METRIC = MetricMeasure(target=Decimal(95), unit="%")
COUNT = CountMeasure(planned=Decimal(2), unit="trainings")
LABELS = {
    "core": Text(zh="核心任务", en="Core work"),
    "weak": Text(zh="薄弱项目培养", en="Weak-item development"),
    "innovation": Text(zh="创新任务", en="Innovation"),
    "routine": Text(zh="事务性工作", en="Routine"),
}


def category(id: str, **changes: Any) -> CategoryRule:
    """A category that asks for nothing but what is said."""
    given: dict[str, Any] = {
        name: Decimal(value) if name.startswith("share") else value for name, value in changes.items()
    }
    return CategoryRule(id=id, label=LABELS.get(id, Text(zh=id, en=id)), **given)


SALES = (
    category("core", share_min=40, measure_required=True),
    category("weak", measure_required=True),
    category("innovation"),
    category("routine"),
)


def template(categories: Iterable[CategoryRule] = SALES, **changes: Any) -> Template:
    """The sales template, core at least 40, routine at most 30."""
    return Template(department=changes.pop("department", "sales"), categories=tuple(categories), **changes)


def blocked_by(*codes: str) -> dict[str, Severity]:
    """Severities under which these rules block and no others, for tests that are not about the linter."""
    others = [rule.code for rule in RULES.values() if rule.code not in codes]
    return {code: Severity.WARN for code in others if RULES[code].severity is Severity.BLOCK}


def item(id: str, kind: str, share: str, measure: Measure | None = METRIC, **changes: Any) -> Item:
    """An item with a measured end."""
    return Item(id=id, category=kind, title=f"work {id}", share=Decimal(share), measure=measure, **changes)


def plan(*lines: tuple[str, str]) -> PlanContent:
    """A plan with one item per (category, share)."""
    return PlanContent(
        items=tuple(item(f"i{number}", kind, share) for number, (kind, share) in enumerate(lines))
    )


GOOD = plan(("core", "40"), ("weak", "20"), ("innovation", "15"), ("routine", "25"))


def stages(id: str, *names: str) -> Item:
    """An item measured by milestones of these names."""
    milestones = tuple(ItemMilestone(id=name, title=name, due=date(2026, 3, 20)) for name in names)
    return item(id, "core", "40", MilestonesMeasure(), milestones=milestones)


def entry(item: str, value: str, day: int = 10, milestone: str | None = None) -> ProgressEntry:
    """An entry effective on a day of March."""
    return ProgressEntry(item=item, value=Decimal(value), milestone=milestone, effective=date(2026, 3, day))


def reported(number: int, item: str, value: str, day: int = 10, milestone: str | None = None) -> Reported:
    """The same entry as it was recorded."""
    return Reported(number=number, entry=entry(item, value, day, milestone), author="p017", at=NOW)


def deadline(milestone: Milestone = Milestone.DRAFT_DUE, day: int = 27, month: int = 2) -> Deadline:
    """A deadline at 18:00 in Shanghai."""
    local = datetime.combine(date(2026, month, day), time(18))
    return Deadline(
        milestone=milestone,
        local=local,
        zone="Asia/Shanghai",
        instant=local.replace(hour=10, tzinfo=UTC),
        calendar_version=1,
    )


def command(move: Move, *, actor: str = "p017", party: Party = Party.AUTHOR, **changes: Any) -> Command:
    """A command on the plan."""
    given: dict[str, Any] = {"command_id": f"{actor}:{move}", "expected_version": 1} | changes
    return Command(move=move, plan=PLAN, actor=actor, party=party, **given)


def fire(rung: Rung, milestone: Milestone = Milestone.DRAFT_DUE, **changes: Any) -> FireRung:
    """A rung of the draft's deadline, on the day it is due."""
    due = changes.pop("deadline", None) or deadline(milestone)
    given: dict[str, Any] = {
        "command_id": f"plan:{PLAN.plan_id}:{milestone}:{rung}",
        "stage": Stage.DRAFTING,
        "plan_version": 1,
        "due": due.instant,
        "local_date": due.local.date(),
    }
    return FireRung(plan=PLAN, deadline=due, rung=rung, **(given | changes))


DONE_OR_NOT = BinaryMeasure()
