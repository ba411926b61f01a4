"""The glossary's words are those that people are shown."""

from pathlib import Path

import pytest

from services.scoring.domain.policy import DEFAULT_BANDS
from shared.contracts.words import Language, Move, Role, Stage
from shared.locale.labels import label

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = {
    english.strip(): (chinese.strip(), meaning)
    for english, chinese, meaning in (
        line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.count("|") == 4
    )
}
ROLE_ROWS = {Role.HR: "HR reviewer", Role.DATA_STEWARD: "data steward"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        *(("stage", stage.value) for stage in Stage),
        *(("move", move.value) for move in Move),
        *(("band", band.id) for band in DEFAULT_BANDS),
    ],
)
def test_a_word_of_the_glossary_is_the_one_that_people_are_shown(row: str, code: str) -> None:
    meaning, shown = ROWS[row][1], label(row, code, Language.ZH)
    assert any(f"{code} {shown}{end}" in meaning for end in (",", ";", " "))


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_called_as_the_glossary_calls_it(role: Role) -> None:
    assert label("role", role, Language.ZH) in ROWS[ROLE_ROWS.get(role, role.value)][0].split(" / ")
