"""How parameters are put into the texts of a notice."""

from collections.abc import Mapping
from functools import cache
from string import Formatter

MISSING = "–"
LONGEST_SUBJECT = 200
_FORMATTER = Formatter()


@cache
def parameters_of(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in _FORMATTER.parse(text) if name)


def subject_of(text: str, parameters: Mapping[str, str]) -> str:
    """The subject on one line of printable characters; a parameter that is empty shows as a dash."""
    shown = {name: parameters.get(name) or MISSING for name in parameters_of(text)}
    return one_line(text.format_map(shown))[:LONGEST_SUBJECT]


def lines_of(text: str, parameters: Mapping[str, str]) -> tuple[str, ...]:
    """The paragraphs, a line each, all of whose parameters are given; parameters are shown as typed."""
    return tuple(
        line.format_map(parameters)
        for line in text.splitlines()
        if all(parameters.get(name) for name in parameters_of(line))
    )


def one_line(text: str) -> str:
    """``text`` without line breaks and other control characters, single spaces between words."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
