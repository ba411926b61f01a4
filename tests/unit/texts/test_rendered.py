"""No text changes by accident: all of them are rendered again and compared with the committed file."""

import json
from typing import Any

from tests.unit.texts.record import FILE, rendered

WRITTEN = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
NOW = json.loads(json.dumps(rendered(), ensure_ascii=False))


def test_no_text_in_the_file_is_lost() -> None:
    assert sorted(set(WRITTEN) - set(NOW)) == []


def test_every_text_reads_as_it_did() -> None:
    """Record an intended change with ``python -m tests.unit.texts.record``."""
    assert {name: text for name, text in NOW.items() if _recorded(name, text) != WRITTEN.get(name)} == {}


def _recorded(name: str, text: dict[str, Any]) -> dict[str, Any]:
    """The text in the languages that have been recorded."""
    return {language: said for language, said in text.items() if language in WRITTEN.get(name, text)}
