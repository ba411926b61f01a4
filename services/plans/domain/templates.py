"""Which template holds for a department: its own newest version, else the nearest above it."""

from collections.abc import Iterable, Mapping

from shared.contracts.plan import Template


def effective(chain: Iterable[str], newest: Mapping[str, Template]) -> Template | None:
    """The template for the first department of ``chain``, which leads from it up to the root."""
    for department in chain:
        if department in newest:
            return newest[department]
    return None
