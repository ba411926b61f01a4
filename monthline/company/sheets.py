"""How one CSV file becomes values beside the rows they were read from."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from monthline.company.problems import DUPLICATE, FILE_MISSING, Place, Problem
from monthline.company.tables import Columns, Row, read_table
from shared.locale.catalogue import sentence

M = TypeVar("M", bound=BaseModel)
Parse = Callable[[Row, list[Problem]], M | None]


class Everything(Container[str]):
    """Holds any id: what a file that could not be read might have held."""

    def __contains__(self, name: object) -> bool:
        return True


@dataclass(frozen=True)
class Sheet(Generic[M]):
    """A table's rows, each with its value or None; ``readable`` is false when there is no telling."""

    lines: tuple[tuple[Row, M | None], ...] = ()
    readable: bool = True

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order of the file."""
        return tuple(row for row, _ in self.lines)

    @property
    def entries(self) -> tuple[tuple[Row, M], ...]:
        """The rows that have a value."""
        return tuple((row, value) for row, value in self.lines if value is not None)

    @property
    def values(self) -> tuple[M, ...]:
        """The values alone."""
        return tuple(value for _, value in self.entries)

    @property
    def named(self) -> frozenset[str]:
        """Every id in the file, also those of rows that are wrong elsewhere."""
        return frozenset(row.cells["id"] for row in self.rows if "id" in row.cells)

    @property
    def known(self) -> Container[str]:
        """The ids that may be referred to: any, when the file could not be read."""
        return self.named if self.readable else Everything()


def read_sheet(
    name: str, files: Mapping[str, bytes], columns: Columns, parse: Parse[M], found: list[Problem]
) -> Sheet[M]:
    """The sheet in the file ``name``; a file that is not there is an empty sheet."""
    if name not in files:
        return Sheet()
    rows = read_table(name, files[name], columns, found)
    if rows is None:
        return Sheet(readable=False)
    return Sheet(tuple((row, parse(row, found)) for row in rows))


def read_required_sheet(
    name: str, files: Mapping[str, bytes], columns: Columns, parse: Parse[M], found: list[Problem]
) -> Sheet[M]:
    """The sheet in the file ``name``, which must be there."""
    if name in files:
        return read_sheet(name, files, columns, parse, found)
    found.append(missing(name))
    return Sheet(readable=False)


def missing(name: str) -> Problem:
    """A file that must be there is not."""
    return Problem(Place(name), FILE_MISSING, sentence("company.file.missing"))


def check_unique(
    rows: Iterable[Row], *names: str, found: list[Problem], key: Callable[[Row], str] = lambda row: ""
) -> None:
    """No two rows have the same cells in the columns ``names``, and the same ``key``; the later is named."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        cells = tuple(row.cells.get(name, "") for name in names)
        if not all(cells):
            continue
        line = first.setdefault((key(row), *cells), row.line)
        if line != row.line:
            said = sentence("company.table.same", columns=", ".join(names), line=line)
            found.append(Problem(row.place((names[0],)), DUPLICATE, said))
