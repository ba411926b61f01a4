"""Spreading the rest: shares that sum to exactly 100."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.shares import proposed, spread
from shared.contracts.plan import PlanContent
from tests.unit.services.plans.build import plan

SHARES = st.lists(st.decimals(min_value=0, max_value=100, places=3), min_size=1, max_size=30)


@given(SHARES)
def test_what_is_spread_sums_to_exactly_100(shares: list[Decimal]) -> None:
    assert sum(spread(shares)) == 100


@given(SHARES)
def test_nobody_overtakes_anybody(shares: list[Decimal]) -> None:
    after = spread(shares)
    ranked = sorted(zip(shares, after, strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(ranked) if a[0] < b[0])


@given(SHARES)
def test_every_share_lies_within_a_hundredth_of_its_exact_part(shares: list[Decimal]) -> None:
    total = sum(shares)
    if total:
        for before, after in zip(shares, spread(shares), strict=True):
            assert abs(after - before * 100 / total) < Decimal("0.0100001")


@given(SHARES)
def test_spreading_twice_changes_nothing_more(shares: list[Decimal]) -> None:
    assert spread(spread(shares)) == spread(shares)


def test_new_shares_are_proposed_by_item_and_only_where_the_total_is_not_100() -> None:
    assert proposed(plan(("core", "30"), ("weak", "10"))) == {"i0": Decimal("75.00"), "i1": Decimal("25.00")}
    assert proposed(plan(("core", "75"), ("weak", "25"))) is None
    assert proposed(PlanContent()) is None
