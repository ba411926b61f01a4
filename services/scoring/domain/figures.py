"""Exact numbers: how figures become fractions, and fractions become decimals again."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

SHOWN = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""How a fraction is written down: 34 digits, wider than the 20 a figure may have."""

HUNDRED = Fraction(100)
CENTS = 2


def written(exact: Fraction) -> Decimal:
    """``exact`` as a decimal; only what has no finite decimal, such as 1/3, ends at digit 34."""
    return SHOWN.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def rounded(exact: Fraction) -> Decimal:
    """``exact``, which is not negative, to two decimals, half up: the one rounding of a score."""
    hundredths = (exact * 200 + 1) // 2
    return Decimal(hundredths).scaleb(-CENTS, SHOWN)


def clipped(value: Fraction, high: Fraction) -> Fraction:
    """``value``, but not below 0 and not above ``high``."""
    return min(max(value, Fraction(0)), high)
