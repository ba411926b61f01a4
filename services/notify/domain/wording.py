"""How a text of the table is chosen and its parameters are put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

MISSING = "–"
LONGEST_SUBJECT = 200
_FORMATTER = Formatter()


@dataclass(frozen=True)
class OutboxMessage:
    """One text in one language: a subject and paragraphs, with parameters in braces.

    A paragraph whose parameter is not given is left out; a subject shows a dash in its place.
    """

    subject: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """One text in both languages."""

    zh: OutboxMessage
    en: OutboxMessage


def parameters_of(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in _FORMATTER.parse(text) if name)


def subject_of(letter: OutboxMessage, parameters: Mapping[str, str]) -> str:
    """The subject with its parameters, on one line of printable characters."""
    shown = {name: parameters.get(name) or MISSING for name in parameters_of(letter.subject)}
    return one_line(letter.subject.format_map(shown))[:LONGEST_SUBJECT]


def lines_of(letter: OutboxMessage, parameters: Mapping[str, str]) -> tuple[str, ...]:
    """The paragraphs all of whose parameters are given; parameters are shown as typed."""
    return tuple(
        line.format_map(parameters)
        for line in letter.lines
        if all(parameters.get(name) for name in parameters_of(line))
    )


def one_line(text: str) -> str:
    """``text`` without line breaks and other control characters, single spaces between words."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def text_for(template: str, parameters: Mapping[str, str]) -> str:
    """The name of the text for a notice.

    Owners name a template; the same one reads differently when it reminds of something other than
    its usual occasion: weekly progress before the close, actual figures after it has begun, the end
    of a ladder of which the plan itself goes on, a score that has only just come to be confirmed.
    """
    rung, milestone = parameters.get("rung"), parameters.get("milestone")
    if template == "closing" and rung and milestone:
        return "entry_reminder"
    if template == "ended" and rung:
        return "time_up"
    if template == "confirmation_reminder" and not rung:
        return "confirmation_waiting"
    return template
