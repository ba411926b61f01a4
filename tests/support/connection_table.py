"""The table of connections in the operator's guide, read as data."""

from pathlib import Path

from tests.support.manifests import Connection

GUIDE = Path(__file__).parents[2] / "docs" / "operating.md"
HEADING = "| from | to | port | for |"


def documented(guide: Path = GUIDE) -> set[Connection]:
    """Every (from, to, port) of the table, with ``x*`` written out."""
    lines = guide.read_text(encoding="utf-8").splitlines()
    start = lines.index(HEADING) + 2
    found: set[Connection] = set()
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        whence, where, ports, _ = (cell.strip() for cell in line.strip("|").split("|"))
        for one in _names(whence):
            for other in _names(where):
                found |= {(one, other, int(port)) for port in ports.split(",")}
    return found


def _names(cell: str) -> list[str]:
    names: list[str] = []
    for part in (word.strip() for word in cell.split(",")):
        names += [part[:-1], f"{part[:-1]}-worker"] if part.endswith("*") else [part]
    return names
