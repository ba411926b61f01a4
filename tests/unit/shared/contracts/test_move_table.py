"""The table of moves as a contract: who takes which move at which address, and courses of other levels."""

import pytest

from shared.contracts.moves import DECIDERS, TABLE, MoveRule, Note, taken_by
from shared.contracts.words import Move, Party, Stage
from tests.support import moves

HR, LEADER = Stage.HR_REVIEW, Stage.LEADER_REVIEW
OFFERED = [rule for rule in TABLE.values() if not rule.later]


def named(rule: MoveRule) -> str:
    """A rule as tests call it."""
    return rule.move.value


def test_moves_that_people_make_have_the_owner_and_the_address_that_are_written_down() -> None:
    found = {rule.move.value: (rule.owner, rule.path()) for rule in TABLE.values() if rule.people}
    assert found == moves.ROUTES
    assert {rule.move for service in ("plans", "review", "scoring") for rule in taken_by(service)} == {
        Move(move) for move in moves.ROUTES
    }


def test_an_address_names_its_plan() -> None:
    assert TABLE[Move.TAKE_BACK].path("acme:2026-03:p017") == "/reviews/acme:2026-03:p017/take-back"


@pytest.mark.parametrize("rule", OFFERED, ids=named)
def test_a_move_needs_a_reason_where_the_domain_asks_for_one(rule: MoveRule) -> None:
    assert (rule.note is Note.REASON) == (rule.move.value in moves.NEEDS_REASON)
    assert (rule.note is not Note.NONE) == (rule.move.value in moves.WITH_NOTE)


@pytest.mark.parametrize("rule", [rule for rule in OFFERED if rule.people], ids=named)
def test_a_move_that_is_offered_says_what_it_does(rule: MoveRule) -> None:
    assert rule.does.endswith(".")


@pytest.mark.parametrize("rule", OFFERED, ids=named)
def test_a_move_is_the_author_s_or_decides_about_others_by_its_parties(rule: MoveRule) -> None:
    people = {Party(party) for move, party, _ in moves.ALLOWED if move == rule.move} - {Party.SYSTEM}
    assert rule.people == people
    assert rule.of_author == (people == {Party.AUTHOR})
    assert rule.of_others == (bool(people) and people <= DECIDERS)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.ended])
def test_no_move_that_is_offered_leaves_an_end(stage: Stage) -> None:
    assert not [rule.move for rule in OFFERED if rule.targets(stage)]


@pytest.mark.parametrize(
    ("levels", "move", "stage", "targets"),
    [
        ((HR,), Move.SUBMIT, Stage.DRAFTING, (HR,)),
        ((HR,), Move.APPROVE, HR, (Stage.TRACKING,)),
        ((HR,), Move.RETURN, HR, (Stage.DRAFTING,)),
        ((HR,), Move.TAKE_BACK, Stage.TRACKING, (HR,)),
        ((HR,), Move.APPROVE, LEADER, ()),
        ((LEADER, HR), Move.SUBMIT, Stage.DRAFTING, (LEADER,)),
        ((LEADER, HR), Move.APPROVE, LEADER, (HR,)),
        ((LEADER, HR), Move.RETURN, HR, (Stage.DRAFTING, LEADER)),
        ((HR, LEADER), Move.TAKE_BACK, HR, ()),
        ((HR, LEADER), Move.TAKE_BACK, LEADER, (HR,)),
        ((HR, LEADER), Move.TAKE_BACK, Stage.TRACKING, (LEADER,)),
        ((HR, LEADER), Move.REASSIGN, LEADER, (LEADER,)),
        ((HR, LEADER), Move.EXEMPT, LEADER, (Stage.EXEMPT,)),
    ],
)
def test_a_course_follows_the_levels_that_a_plan_has(
    levels: tuple[Stage, ...], move: Move, stage: Stage, targets: tuple[Stage, ...]
) -> None:
    assert TABLE[move].targets(stage, levels) == targets
