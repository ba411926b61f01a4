"""Writes the golden file of rendered texts: ``python -m tests.unit.texts.record``."""

from pathlib import Path
from typing import Any

from tests.unit.texts import notices, sentences

FILE = Path(__file__).with_name("rendered.json")


def rendered() -> dict[str, Any]:
    """Every text that exists."""
    return sentences.rendered() | notices.rendered()


def main() -> None:
    """Write the file."""
    FILE.write_text(sentences.written(rendered()), encoding="utf-8")


if __name__ == "__main__":
    main()
