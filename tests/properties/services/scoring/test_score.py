"""From frozen figures to a score: the golden numbers of domain section 16 and what must always hold."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from shared.contracts.plan import Actual, CategoryRule, ClosedPlan, Item
from shared.contracts.scoring import Score
from shared.contracts.words import CompletionRule
from tests.unit.services.scoring.build import (
    actual,
    closed,
    item,
    metric,
    rule,
)

POLICY = ScoringPolicy(version=3)


def score(closed_plan: ClosedPlan, policy: ScoringPolicy = POLICY) -> Score:
    return score_plan(closed_plan, policy)


rules = st.builds(
    rule,
    st.sampled_from(["core", "weak", "routine"]),
    st.sampled_from(CompletionRule),
    st.decimals(1, 500, places=1),
)
figures = st.none() | st.decimals(-1000, 1000, places=2)
lines = st.lists(
    st.tuples(st.sampled_from(["core", "weak", "routine"]), st.decimals(0, 100, places=2), figures),
    max_size=8,
)


@st.composite
def plans(draw: st.DrawFn) -> ClosedPlan:
    """Any plan with metrics, whatever its shares add up to."""
    items: list[Item] = []
    actuals: list[Actual] = []
    for number, (category, share, value) in enumerate(draw(lines)):
        items.append(item(f"i{number}", share, category, metric(draw(st.integers(-50, 50)), draw(figures))))
        actuals.append(actual(f"i{number}", value))
    chosen: dict[str, CategoryRule] = {each.id: each for each in draw(st.lists(rules))}
    return closed(items, actuals, list(chosen.values()))


def near(one: Fraction, other: Fraction) -> bool:
    """Equal up to the last of the 34 digits that a fraction without an end is written with."""
    return abs(one - other) < Fraction(1, 10**28)


@settings(max_examples=30, deadline=None)
@given(plans())
def test_the_points_of_the_items_add_up_to_the_category_and_those_to_the_score(plan: ClosedPlan) -> None:
    result = score(plan)
    assert near(sum((Fraction(line.points) for line in result.lines), Fraction(0)), Fraction(result.exact))
    for line in result.lines:
        assert near(sum((Fraction(each.points) for each in line.items), Fraction(0)), Fraction(line.points))
        assert near(Fraction(line.share) * Fraction(line.completion) / 100, Fraction(line.points))


@settings(max_examples=30, deadline=None)
@given(plans())
def test_no_category_brings_less_than_0_or_more_than_its_share_at_its_cap(plan: ClosedPlan) -> None:
    result = score(plan)
    assert all(0 <= line.points <= line.share * line.cap / 100 for line in result.lines)
    assert 0 <= result.total <= POLICY.cap


@settings(max_examples=30, deadline=None)
@given(plans())
def test_the_same_figures_give_the_same_score(plan: ClosedPlan) -> None:
    assert score(plan) == score(plan.model_copy(update={"actuals": plan.actuals[::-1]}))
