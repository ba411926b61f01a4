"""How a CSV file becomes rows that know where each of their cells is written."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from monthline.company.encoding import decoded
from monthline.company.problems import (
    DUPLICATE,
    FILE_EMPTY,
    FILE_SYNTAX,
    INVALID,
    Path,
    Place,
    Problem,
)
from shared.locale.catalogue import sentence

_DAY = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")


@dataclass(frozen=True)
class Columns:
    """The columns a table has, and those it may also have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.required or name in self.optional


@dataclass(frozen=True)
class Row:
    """One record of a table; a cell without text is not in ``cells``."""

    file: str
    line: int
    cells: Mapping[str, str]
    columns: Columns

    def place(self, path: Path = ()) -> Place:
        """The cell that the field at ``path`` comes from, or the row."""
        return Place(self.file, self.line, self._column(path))

    def text(self, path: Path) -> str:
        """The cell's text."""
        return self.cells.get(self._column(path), "")

    def _column(self, path: Path) -> str:
        # A text in two languages has a column for each: name.zh is written in name_zh.
        first = [str(part) for part in path[:2]]
        return next((name for name in ("_".join(first), *first[:1]) if name in self.columns), "")

    def fields(self, *names: str) -> dict[str, object]:
        """The cells of these columns, as the fields of the same names; empty ones are left out."""
        return {name: self.cells[name] for name in names if name in self.cells}

    def day(self, name: str) -> dict[str, object]:
        """A date cell as a field; ``2026/3/1``, as spreadsheets like to write it, is read as well."""
        return {name: iso_day(self.cells[name])} if name in self.cells else {}

    def many(self, name: str) -> tuple[str, ...]:
        """The parts of a cell that lists several things, separated by ``;``."""
        return parts(self.cells.get(name, ""))

    def both(self, name: str) -> dict[str, object]:
        """The columns ``name_zh`` and ``name_en`` as one text in two languages."""
        cells = {tongue: self.cells.get(f"{name}_{tongue}") for tongue in ("zh", "en")}
        return {name: {tongue: cell for tongue, cell in cells.items() if cell is not None}}


def iso_day(cell: str) -> str:
    """A date as ISO writes it; anything else is left as it is."""
    found = _DAY.match(cell)
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else cell


def parts(cell: str) -> tuple[str, ...]:
    """What a cell lists, separated by ``;`` or its full-width sister."""
    return tuple(part.strip() for part in re.split("[;；]", cell) if part.strip())


def read_table(file: str, data: bytes, columns: Columns, found: list[Problem]) -> tuple[Row, ...] | None:
    """The rows of a CSV file, those without any text left out; None when it is no such table."""
    text = decoded(file, data, found)
    records = None if text is None else _records(file, text, found)
    if records is None:
        return None
    if not records:
        found.append(Problem(Place(file), FILE_EMPTY, sentence("company.file.empty")))
        return None
    (line, names), *rest = records
    if not _header_fits(file, line, names, columns, found):
        return None
    return tuple(_row(file, line, names, cells, columns, found) for line, cells in rest)


def _records(file: str, text: str, found: list[Problem]) -> list[tuple[int, list[str]]] | None:
    """Every record with some text, and the line on which it begins: a quoted cell may go over several."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records = []
    line = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        said = sentence("company.table.syntax", reason=str(error))
        found.append(Problem(Place(file, line), FILE_SYNTAX, said))
        return None
    return records


def _header_fits(file: str, line: int, names: list[str], columns: Columns, found: list[Problem]) -> bool:
    before = len(found)
    for name in columns.required:
        if name not in names:
            said = sentence("company.table.column_missing", name=name)
            found.append(Problem(Place(file, line, name), INVALID, said))
    for index, name in enumerate(names):
        if name and name in names[:index]:
            said = sentence("company.table.column_twice", name=name)
            found.append(Problem(Place(file, line, name), DUPLICATE, said))
        elif name and name not in columns:
            known = ", ".join((*columns.required, *columns.optional))
            said = sentence("company.table.column_unknown", known=known)
            found.append(Problem(Place(file, line, name), INVALID, said))
    return len(found) == before


def _row(
    file: str, line: int, names: list[str], cells: list[str], columns: Columns, found: list[Problem]
) -> Row:
    stray = [cell for name, cell in zip(names, cells, strict=False) if not name]
    if any((*stray, *cells[len(names) :])):
        found.append(Problem(Place(file, line), INVALID, sentence("company.table.cell")))
    named = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
    return Row(file, line, named, columns)
