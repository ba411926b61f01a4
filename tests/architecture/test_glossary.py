"""The glossary's words are those that people are shown."""

from pathlib import Path

import pytest

from shared.contracts.labels import BANDS, MOVES, PARTIES, ROLES, STAGES
from shared.contracts.words import Move, Party, Role, Stage

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = {
    english.strip(): (chinese.strip(), meaning)
    for english, chinese, meaning in (
        line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.count("|") == 4
    )
}
ROLE_ROWS = {Role.HR: "HR reviewer", Role.DATA_STEWARD: "data steward"}


def test_every_stage_move_party_and_role_has_a_label() -> None:
    assert (set(STAGES), set(MOVES), set(PARTIES), set(ROLES)) == (
        set(Stage),
        set(Move),
        set(Party),
        set(Role),
    )


@pytest.mark.parametrize(
    ("row", "code", "shown"),
    [
        *(("stage", stage.value, text.zh) for stage, text in STAGES.items()),
        *(("move", move.value, text.zh) for move, text in MOVES.items()),
        *(("band", band, text.zh) for band, text in BANDS.items()),
    ],
)
def test_a_word_of_the_glossary_is_the_one_that_people_are_shown(row: str, code: str, shown: str) -> None:
    meaning = ROWS[row][1]
    assert any(f"{code} {shown}{end}" in meaning for end in (",", ";", " "))


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_called_as_the_glossary_calls_it(role: Role) -> None:
    assert ROLES[role].zh in ROWS[ROLE_ROWS.get(role, role.value)][0].split(" / ")
