"""The drills find personal text and secrets in logs, and say which log has what without repeating it."""

from pathlib import Path

import pytest

from faults.company import organisation
from faults.leaks import leaks

SECRET = "s3cret-of-plans"
[*_, PERSON] = organisation(1)["people"]
LEAKS = [
    (f"cannot send to {PERSON['email']}", "an address"),
    (f"told {PERSON['name']['zh']}", "a name"),
    (f"told {PERSON['name']['en']}", "a name"),
    ("Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtMDAwMSJ9.c2lnbmVk", "a token"),
    (f"postgresql://monthline_plans:{SECRET}@127.0.0.1/monthline", "a password"),
]


@pytest.mark.parametrize(("line", "kind"), LEAKS)
def test_what_belongs_in_no_log_is_found(tmp_path: Path, line: str, kind: str) -> None:
    log = tmp_path / "plans.log"
    log.write_text(f'{{"event": "started"}}\n{{"event": "{line}"}}\n')
    assert leaks([log], [SECRET]) == [f"I12 plans.log: 1 lines have {kind} in them"]


def test_ids_are_no_personal_text(tmp_path: Path) -> None:
    log = tmp_path / "plans.log"
    log.write_text('{"plan": "drill:2026-12:m0001:all", "person": "m0001", "command": "m0001:plans:abc"}\n')
    assert leaks([log], [SECRET]) == []
    assert leaks([log], []) == []
