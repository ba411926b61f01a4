"""A driver's log is read line by line, and what is no log is refused with the line's number."""

from pathlib import Path

import pytest

from monthline.audit.driver import NotALog, read
from monthline.audit.facts import Said


def test_what_was_said_is_read_and_other_fields_are_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "driver.jsonl"
    log.write_text('{"event": "ok", "id": "a:k", "plan": "p", "version": 2, "at": "now"}\n\n')
    assert read(log) == (Said("ok", "a:k", plan="p", version=2),)


@pytest.mark.parametrize("line", ["no json", "[]", '{"event": "ok"}', '{"event": "maybe", "id": "a"}'])
def test_what_is_no_log_is_refused_by_line(tmp_path: Path, line: str) -> None:
    log = tmp_path / "driver.jsonl"
    log.write_text(f'{{"event": "invoke", "id": "a:k"}}\n{line}\n')
    with pytest.raises(NotALog, match="line 2"):
        read(log)
