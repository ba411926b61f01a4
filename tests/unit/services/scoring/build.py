"""Builders of plans to score, with defaults for whatever a test does not care about."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command
from shared.contracts.plan import (
    Actual,
    BinaryMeasure,
    CategoryRule,
    ClosedPlan,
    CountMeasure,
    Item,
    ItemMilestone,
    Measure,
    MetricMeasure,
    MilestonesMeasure,
    PlanContent,
)
from shared.contracts.values import Text
from shared.contracts.words import CompletionRule, Direction, Move, Party

PLAN = PlanRef(company="acme", month="2026-03", person="p017", department="sales")
ALL_OR_NOTHING = CompletionRule.ALL_OR_NOTHING
Number = int | str | Decimal


def metric(
    target: Number, baseline: Number | None = None, direction: Direction = Direction.HIGHER
) -> MetricMeasure:
    """A metric's measure."""
    return MetricMeasure(
        target=Decimal(target),
        baseline=None if baseline is None else Decimal(baseline),
        unit="%",
        direction=direction,
    )


def count(planned: Number) -> CountMeasure:
    """A count's measure."""
    return CountMeasure(planned=Decimal(planned), unit="times")


def item(
    id: str,
    share: Number,
    category: str = "core",
    measure: Measure | None = None,
    weights: Mapping[str, Number] | None = None,
) -> Item:
    """An item; ``weights`` are those of its milestones."""
    stages = tuple(
        ItemMilestone(id=name, title=name, due=date(2026, 3, 20), weight=Decimal(weight))
        for name, weight in (weights or {}).items()
    )
    return Item(
        id=id, category=category, title=f"Item {id}", share=Decimal(share), measure=measure, milestones=stages
    )


def staged(id: str, share: Number, weights: Mapping[str, Number], category: str = "core") -> Item:
    """An item measured by its milestones."""
    return item(id, share, category, MilestonesMeasure(), weights)


def actual(item_id: str, value: Number | None = None, *done: str, source: str | None = None) -> Actual:
    """The frozen figure of an item."""
    reported = value is not None or done
    return Actual(
        item=item_id,
        value=None if value is None else Decimal(value),
        milestones=done,
        source=source or ("progress:1" if reported else "none"),
    )


def rule(
    id: str, completion: CompletionRule = CompletionRule.PROPORTIONAL, cap: Number = 100
) -> CategoryRule:
    """What a template asks of a category."""
    return CategoryRule(
        id=id, label=Text(zh=f"{id}（中）", en=id.title()), completion=completion, cap=Decimal(cap)
    )


def closed(items: list[Item], actuals: list[Actual], rules: list[CategoryRule] | None = None) -> ClosedPlan:
    """A plan whose figures are frozen; every category counts proportionally unless ``rules`` say more."""
    named = {each.category: rule(each.category) for each in items}
    return ClosedPlan(
        plan=PLAN,
        revision=1,
        content=PlanContent(items=tuple(items)),
        categories=tuple(rules if rules is not None else named.values()),
        actuals=tuple(actuals),
    )


def command(
    move: Move, actor: str = PLAN.person, party: Party = Party.AUTHOR, note: str = "", id: str = "c1"
) -> Command:
    """A command on the score of the plan."""
    return Command(
        command_id=id, move=move, plan=PLAN, actor=actor, party=party, expected_version=9, note=note
    )


BINARY = BinaryMeasure()
