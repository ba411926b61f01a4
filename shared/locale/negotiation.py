"""Which language an answer is given in."""

from collections.abc import Iterator

from shared.contracts.words import Language

DEFAULT = Language.EN


def language_of(accept_language: str | None) -> Language:
    """The language that the caller likes best of those there are; English when they like none of them.

    ``accept_language`` is the header as RFC 9110 defines it: ``zh-CN, en;q=0.5``.
    """
    known = {language.value: language for language in Language}
    wishes = sorted(_wishes(accept_language or ""), reverse=True, key=lambda wish: wish[0])
    return next((known[tag] for weight, tag in wishes if weight > 0 and tag in known), DEFAULT)


def _wishes(header: str) -> Iterator[tuple[float, str]]:
    """Each language asked for, without its region, with its weight; of equal weight the first comes first."""
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        yield _weight(parameter), tag.strip().lower().partition("-")[0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
