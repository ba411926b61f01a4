"""The catalogue of texts: one gettext file per language, read when the language is first asked for."""

import gettext
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from shared.contracts.words import LOCALE, PO_FILE, Language

FALLBACKS = (Language.EN, Language.ZH)
"""Where a text is looked for that a language does not have."""

UNSAID = "–"
"""Stands for a parameter that is not given, as in findings that an older version stored."""

_PLURAL = re.compile(r"plural=([^;]+)")


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """A text of the catalogue with its parameters, to be said in whichever language is asked for."""

    code: str
    parameters: tuple[tuple[str, str | int], ...] = ()

    def of(self, language: Language) -> str:
        """The sentence in ``language``."""
        return filled(self.code, language, dict(self.parameters))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every text of one language by its code: one form, or one for each number that is told apart."""

    texts: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]

    def template(self, code: str, count: object) -> str | None:
        """The text with its placeholders; ``count`` chooses the form of one that has several."""
        forms = self.texts.get(code)
        if forms is None:
            return None
        return forms[self.form(count)] if len(forms) > 1 and isinstance(count, int) else forms[-1]


def sentence(code: str, /, **parameters: str | int) -> Sentence:
    """The sentence with its parameters, shown as they are."""
    return Sentence(code, tuple(parameters.items()))


def text(code: str, language: Language, /, **parameters: object) -> str:
    """The text ``code`` with its parameters in their places; ``count`` is the number that chooses a form."""
    return filled(code, language, parameters)


def in_every_language(code: str, /, **parameters: object) -> str:
    """The text in each language there is, for a page whose reader is not known."""
    return " · ".join(text(code, language, **parameters) for language in Language)


def filled(code: str, language: Language, parameters: Mapping[str, object], unsaid: str = UNSAID) -> str:
    """As :func:`text`; a parameter that is not given is shown as ``unsaid``."""
    return template(code, language, parameters.get("count")).format_map(_Parameters(parameters, unsaid))


def template(code: str, language: Language, count: object = None) -> str:
    """The text with its placeholders; in another language when there is none, at last its code."""
    for tongue in (language, *FALLBACKS):
        if (found := catalogue(tongue).template(code, count)) is not None:
            return found
    return code


def known(code: str) -> bool:
    """Whether there is a text ``code``."""
    return any(code in catalogue(language).texts for language in FALLBACKS)


@cache
def catalogue(language: Language) -> Catalogue:
    """The texts of a language."""
    return read_po((LOCALE / language / PO_FILE).read_text(encoding="utf-8"))


def read_po(source: str) -> Catalogue:
    """The messages of a gettext PO file.

    Babel and msgfmt read the same; Babel's reader takes a hundred times as long, which somebody's first
    request would wait for.
    """
    found = dict(_messages(source))
    (header,) = found.pop("", ("",))
    plural = _PLURAL.search(header)
    return Catalogue(found, gettext.c2py(plural[1]) if plural else lambda _: 0)


def _messages(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for block in source.split("\n\n"):
        parts: dict[str, str] = {}
        keyword = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            word, quote, rest = line.partition('"')
            keyword = word.strip() or keyword
            # The escapes of PO strings are those of JSON.
            parts[keyword] = parts.get(keyword, "") + json.loads(quote + rest)
        if "msgid" in parts:
            yield parts["msgid"], tuple(parts[name] for name in sorted(parts) if name.startswith("msgstr"))


class _Parameters(dict[str, object]):
    def __init__(self, parameters: Mapping[str, object], unsaid: str) -> None:
        super().__init__(parameters)
        self._unsaid = unsaid

    def __missing__(self, name: str) -> str:
        return self._unsaid
