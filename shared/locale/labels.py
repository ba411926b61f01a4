"""The names of the domain's words, such as stages and roles, as people read them."""

from collections.abc import Iterable

from shared.contracts.words import Language
from shared.locale.catalogue import known, text


def label(kind: str, word: str, language: Language) -> str:
    """The name of a word of one kind, such as a stage's; a word without a name is shown as it is."""
    code = f"label.{kind}.{word.replace(' ', '_')}"
    return text(code, language) if known(code) else word


def listed(names: Iterable[str], language: Language) -> str:
    """Several names one after the other."""
    return text("list.separator", language).join(names)
