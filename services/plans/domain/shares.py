"""Spread the rest: shares that sum to 100 by the ratios they already have."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from shared.contracts.plan import PlanContent

CENT = Decimal("0.01")
WHOLE = Decimal(100)


def spread(shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The shares filled up, or cut, to exactly 100 in steps of 0.01 by their old ratios.

    Where no share is above zero there is no ratio, and all get the same. What rounding down leaves
    over goes, 0.01 each, to those who lost most by it; shares that sum to 100 stay as they are.
    """
    if not shares or sum(shares, Decimal(0)) == WHOLE:
        return tuple(shares)
    exact = _by_ratio(shares)
    whole = [share.numerator // share.denominator for share in exact]
    left = int(WHOLE / CENT) - sum(whole)
    most_lost = sorted(range(len(exact)), key=lambda index: (whole[index] - exact[index], index))
    for index in most_lost[:left]:
        whole[index] += 1
    return tuple(count * CENT for count in whole)


def proposed(content: PlanContent) -> dict[str, Decimal] | None:
    """The shares of a plan's items spread to 100, by item; None where they sum to 100."""
    shares = tuple(item.share for item in content.items)
    filled = spread(shares)
    if filled == shares:
        return None
    return dict(zip((item.id for item in content.items), filled, strict=True))


def _by_ratio(shares: Sequence[Decimal]) -> list[Fraction]:
    """The exact new shares, counted in hundredths of a per cent."""
    total = sum((Fraction(share) for share in shares), Fraction(0))
    steps = Fraction(WHOLE / CENT)
    if total == 0:
        return [steps / len(shares)] * len(shares)
    return [Fraction(share) * steps / total for share in shares]
