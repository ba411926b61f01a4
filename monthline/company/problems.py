"""What is wrong with a company's files: where, under which code, and the sentence that says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.words import Language
from shared.locale.catalogue import Sentence

Path = tuple[str | int, ...]

INVALID = "request.invalid"
UNKNOWN = "reference.unknown"
CYCLE = "reference.cycle"
DUPLICATE = "duplicate"
FILE_MISSING = "file.missing"
FILE_EMPTY = "file.empty"
FILE_ENCODING = "file.encoding"
FILE_SYNTAX = "file.syntax"
FILE_UNKNOWN = "file.unknown"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Somewhere in a file: ``line`` counts from 1, 0 is the whole file.

    ``column`` is the column's name in a table and the character's number, from 1, in YAML, where ``path``
    names the field.
    """

    file: str
    line: int = 0
    column: str = ""
    path: str = ""

    def __str__(self) -> str:
        place = ":".join([self.file, *([str(self.line)] if self.line else []), self.column]).rstrip(":")
        return f"{place}: {self.path}" if self.path else place


class Source(Protocol):
    """Where a value was read from: a row of a table or a part of a YAML document."""

    def place(self, path: Path = ()) -> Place:
        """Where the field at ``path`` is written; the nearest thing around it when it is not."""

    def text(self, path: Path) -> str:
        """What is written there; empty when nothing is, or more than one word of it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and how to put it right.

    ``said`` is a text where a service has answered in the caller's language already.
    """

    place: Place
    code: str
    said: Sentence | str

    def message(self, language: Language) -> str:
        """What is wrong."""
        return self.said if isinstance(self.said, str) else self.said.of(language)

    def of(self, language: Language) -> str:
        """The line that is printed: place, message and code."""
        return f"{self.place}: {self.message(language)} [{self.code}]"


class CompanyInvalid(Exception):
    """The files cannot be used; ``problems`` holds everything that is wrong, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_order))
        super().__init__("\n".join(problem.of(Language.EN) for problem in self.problems))


def _order(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.place
    column = int(place.column) if place.column.isdecimal() else 0
    return place.file, place.line, column, place.column, problem.message(Language.EN)
