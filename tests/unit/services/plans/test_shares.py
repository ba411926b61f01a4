"""Spreading the rest: shares that sum to exactly 100."""

from decimal import Decimal

import pytest

from services.plans.domain.shares import spread


def of(*numbers: str) -> tuple[Decimal, ...]:
    """Decimals from their digits."""
    return tuple(map(Decimal, numbers))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (of("40", "20", "20"), of("50", "25", "25")),
        (of("30", "30"), of("50", "50")),
        (of("80", "80", "40"), of("40", "40", "20")),
        (of("1", "1", "1"), of("33.34", "33.33", "33.33")),
        (of("0", "0"), of("50", "50")),
        (of("0", "10"), of("0", "100")),
        (of("33.333", "33.333", "33.334"), of("33.333", "33.333", "33.334")),
        ((), ()),
    ],
)
def test_a_gap_is_filled_and_an_excess_is_cut_by_the_old_ratios(
    before: tuple[Decimal, ...], after: tuple[Decimal, ...]
) -> None:
    assert spread(before) == after
