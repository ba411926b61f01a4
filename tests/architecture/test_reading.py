"""Data that another process wrote is read by ``Value.deserialize``, which ignores unknown fields."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
STRICT = {"model_validate", "model_validate_json", "validate_json", "validate_python"}
READERS = (
    "shared",
    "workflows",
    "monthline/audit",
    *(f"services/{part}" for part in ("*/store", "*/activities*", "*/reactions*", "*/reconcile*")),
)
OTHERS = {"shared/base/setting_types.py", "shared/web/views.py"}
"""These read settings, which an operator wrote, and rows as objects of this process."""


def strict_reads(source: str) -> Iterator[int]:
    """The lines of calls that refuse unknown fields in JSON or in a row."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STRICT:
            named = {keyword.arg for keyword in node.keywords}
            if not named & {"extra", "from_attributes"}:
                yield node.lineno


def test_no_reader_of_stored_or_sent_data_refuses_unknown_fields() -> None:
    files = {
        file
        for reader in READERS
        for found in ROOT.glob(reader)
        for file in ([found] if found.is_file() else found.rglob("*.py"))
    }
    assert len(files) > 100
    strict = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted(files)
        if str(file.relative_to(ROOT)) not in OTHERS
        for line in strict_reads(file.read_text(encoding="utf-8"))
    ]
    assert not strict


def test_a_strict_read_is_found() -> None:
    assert list(strict_reads("Plan.model_validate(row)")) == [1]
    assert not list(strict_reads("Plan.model_validate(row, extra='ignore')"))
