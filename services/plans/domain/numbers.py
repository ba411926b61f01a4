"""How numbers are written in the parameters of a message."""

from decimal import Decimal


def plain(number: Decimal) -> str:
    """The number without exponent and without idle zeros: ``30``, ``30.01``, ``0``."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
