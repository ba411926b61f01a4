"""How frozen figures become a score: items, categories, total and band (domain section 12, formula 1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.scoring.domain.figures import HUNDRED, clipped, rounded, written
from services.scoring.domain.measure import NO_FIGURE, Completion, completion
from services.scoring.domain.policy import ScoringPolicy
from shared.contracts.plan import Actual, CategoryRule, ClosedPlan, Item
from shared.contracts.scoring import CategoryLine, ItemLine, Score
from shared.contracts.words import CompletionRule

NO_RULE = "no_rule"
ZERO = Fraction(0)


@dataclass(frozen=True)
class CategoryFigures:
    """What one category is scored from: its rule and its items with their frozen figures."""

    category: str
    rule: CompletionRule
    cap: Decimal
    items: tuple[tuple[Item, Actual], ...]

    @property
    def share(self) -> Fraction:
        """The category's part of the plan in per cent: the sum of its items' shares."""
        return sum((Fraction(item.share) for item, _ in self.items), ZERO)


@dataclass(frozen=True)
class CategoryResult:
    """The points of a category, exactly, and the line that shows them."""

    points: Fraction
    line: CategoryLine


@dataclass(frozen=True)
class Sum:
    """The score of all categories: points exactly, rounded once, and what was missing."""

    lines: tuple[CategoryLine, ...]
    exact: Decimal
    total: Decimal
    band: str
    provisional: tuple[str, ...]


def score_plan(closed: ClosedPlan, policy: ScoringPolicy, version: int = 1) -> Score:
    """The score of a closed plan; ``version`` counts the scores of that plan."""
    figures = _figures(closed)
    ruled = {rule.id for rule in closed.categories}
    unruled = tuple(f"{NO_RULE}:{each.category}" for each in figures if each.category not in ruled)
    result = add_up(figures, policy)
    return Score(
        plan=closed.plan,
        version=version,
        formula_version=policy.formula_version,
        policy_version=policy.version,
        lines=result.lines,
        exact=result.exact,
        total=result.total,
        band=result.band,
        provisional=result.provisional + unruled,
    )


def add_up(figures: Sequence[CategoryFigures], policy: ScoringPolicy) -> Sum:
    """Σ share × completion, clipped to 0 … the policy's cap; the band looks at it unrounded."""
    results = [_category(each) for each in figures]
    exact = sum((result.points for result in results), ZERO)
    counted = clipped(exact, Fraction(policy.cap))
    return Sum(
        lines=tuple(result.line for result in results),
        exact=written(exact),
        total=rounded(counted),
        band=policy.band(counted).id,
        provisional=tuple(
            f"{NO_FIGURE}:{line.item.id}"
            for result in results
            for line in result.line.items
            if line.remark == NO_FIGURE
        ),
    )


def _figures(closed: ClosedPlan) -> list[CategoryFigures]:
    """The categories that have items: those of the template in its order, then any other."""
    rules = {rule.id: rule for rule in closed.categories}
    actuals = {actual.item: actual for actual in closed.actuals}
    found: dict[str, list[tuple[Item, Actual]]] = {category: [] for category in rules}
    for item in closed.content.items:
        figure = actuals.get(item.id, Actual(item=item.id))
        found.setdefault(item.category, []).append((item, figure))
    return [
        _figures_of(category, rules.get(category), tuple(items)) for category, items in found.items() if items
    ]


def _figures_of(
    category: str, rule: CategoryRule | None, items: tuple[tuple[Item, Actual], ...]
) -> CategoryFigures:
    """A category that the template does not know counts proportionally, and the score says so."""
    if rule is None:
        return CategoryFigures(category, CompletionRule.PROPORTIONAL, Decimal(100), items)
    return CategoryFigures(category, rule.completion, rule.cap, items)


def _category(figures: CategoryFigures) -> CategoryResult:
    reached = [completion(item, actual, figures.cap) for item, actual in figures.items]
    counted = _counted(figures, reached)
    shares = [Fraction(item.share) for item, _ in figures.items]
    points = [share * part / HUNDRED for share, part in zip(shares, counted, strict=True)]
    total = sum(points, ZERO)
    line = CategoryLine(
        category=figures.category,
        rule=figures.rule,
        cap=figures.cap,
        share=written(figures.share),
        completion=written(_mean(shares, counted)),
        points=written(total),
        items=tuple(
            _line(item, actual, part, got)
            for (item, actual), part, got in zip(figures.items, reached, points, strict=True)
        ),
    )
    return CategoryResult(total, line)


def _counted(figures: CategoryFigures, reached: Sequence[Completion]) -> list[Fraction]:
    """What each item brings to its category: all of them or none where the rule says so.

    An item without a share is no item of the category to the template either: it spoils nothing.
    """
    if figures.rule is CompletionRule.PROPORTIONAL:
        return [part.counted for part in reached]
    carrying = [part for (item, _), part in zip(figures.items, reached, strict=True) if item.share > 0]
    all_met = all(part.met for part in carrying or reached)
    return [clipped(HUNDRED, Fraction(figures.cap)) if all_met else ZERO for _ in reached]


def _mean(shares: Sequence[Fraction], completions: Sequence[Fraction]) -> Fraction:
    """The completion of a category, weighted by its items' shares; by number where no share is given."""
    if not any(shares):
        return sum(completions, ZERO) / len(completions)
    weighted = (share * part for share, part in zip(shares, completions, strict=True))
    return sum(weighted, ZERO) / sum(shares, ZERO)


def _line(item: Item, actual: Actual, part: Completion, points: Fraction) -> ItemLine:
    return ItemLine(
        item=item,
        actual=actual,
        raw=None if part.raw is None else written(part.raw),
        completion=written(part.counted),
        points=written(points),
        remark=part.remark,
    )
