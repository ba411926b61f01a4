"""The table of moves: every stage, move and party, and what is refused before what."""

import pytest

from shared.contracts.lifecycle import Command, Moved
from shared.contracts.moves import TABLE, Phase
from shared.contracts.refusals import (
    AlreadyDecided,
    NotAvailable,
    NotYourMove,
    OwnPlan,
    ReasonMissing,
    Refusal,
    StaleVersion,
    TargetWrong,
    WrongStage,
)
from shared.contracts.words import SYSTEM, Move, Party, Stage
from tests.support import moves
from tests.support.build import MARCH, SPRING_NOON, command
from workflows.moves import Standing, admit

AUTHOR = MARCH.person
ACTORS = {
    Party.AUTHOR: AUTHOR,
    Party.REVIEWER: "hr1",
    Party.LEADER: "leader1",
    Party.HR: "hr2",
    Party.SYSTEM: SYSTEM,
}
JUDGING = [
    (Move(move), Party(party), Stage(stage)) for move, party, stage in moves.ALLOWED if party in moves.JUDGES
]


def given(move: Move, party: Party, **changes: object) -> Command:
    """A command that nothing is wrong with, before ``changes``."""
    complete: dict[str, object] = {"party": party, "actor": ACTORS[party], "note": "because"}
    return command(move, 5, **(complete | changes))


def decided(actor: str, move: Move = Move.APPROVE) -> Moved:
    """The move that brought the plan to version 5."""
    return Moved(
        command_id="first",
        plan_id=MARCH.plan_id,
        move=move,
        actor=actor,
        stage=Stage.LEADER_REVIEW,
        version=5,
        at=SPRING_NOON,
    )


def answer(standing: Standing, wanted: Command) -> str:
    """The stage the command leads to, or the code of its refusal."""
    try:
        return admit(standing, wanted)
    except Refusal as refused:
        return refused.code


def test_the_table_has_a_rule_for_every_move_there_is() -> None:
    assert set(TABLE) == set(Move)


def test_the_ends_are_the_stages_that_no_move_leaves() -> None:
    assert {stage for stage in Stage if stage.ended} == set(moves.ENDS)


def test_the_written_table_names_only_words_of_the_domain() -> None:
    listed = {(Move(move), Party(party), Stage(stage)) for move, party, stage in moves.ALLOWED}
    assert len(listed) == len(moves.ALLOWED)
    assert {Stage(to) for found in moves.ALLOWED.values() for to in found} <= set(Stage)
    assert {Move(move) for move in moves.LATER} == {move for move, rule in TABLE.items() if rule.later}


@pytest.mark.parametrize("move", Move)
def test_a_move_from_each_stage_by_each_party_does_what_the_domain_says(move: Move) -> None:
    pairs = [(stage, party) for stage in Stage for party in Party]
    found = {(stage, party): answer(Standing(stage, 5), given(move, party)) for stage, party in pairs}
    assert found == {(stage, party): moves.verdict(move, party, stage) for stage, party in pairs}


@pytest.mark.parametrize("key", moves.ALLOWED, ids="-".join)
def test_only_the_listed_targets_can_be_asked_for(key: tuple[str, str, str]) -> None:
    move, party, stage = Move(key[0]), Party(key[1]), Stage(key[2])
    found = {to: answer(Standing(stage, 5), given(move, party, to=to)) for to in Stage}
    assert found == {to: to if to in moves.ALLOWED[key] else "move.target_wrong" for to in Stage}


def test_a_wrong_target_is_refused_naming_the_right_ones() -> None:
    with pytest.raises(TargetWrong) as refused:
        admit(Standing(Stage.LEADER_REVIEW, 5), given(Move.RETURN, Party.REVIEWER, to=Stage.TRACKING))
    assert refused.value.details == {"stage": "leader_review", "allowed": "drafting, hr_review"}


@pytest.mark.parametrize(("move", "party", "stage"), JUDGING)
def test_nobody_decides_their_own_plan(move: Move, party: Party, stage: Stage) -> None:
    with pytest.raises(OwnPlan):
        admit(Standing(stage, 5), given(move, party, actor=AUTHOR))


@pytest.mark.parametrize(("move", "party", "stage"), JUDGING)
def test_nobody_has_their_own_plan_decided_in_their_name(move: Move, party: Party, stage: Stage) -> None:
    with pytest.raises(OwnPlan):
        admit(Standing(stage, 5), given(move, party, on_behalf_of=AUTHOR))


@pytest.mark.parametrize("move", [Move.SUBMIT, Move.RECALL, Move.CLOSE, Move.CONFIRM, Move.DISPUTE])
def test_a_move_of_the_author_is_not_another_person_s(move: Move) -> None:
    stage = next(Stage(key[2]) for key in moves.ALLOWED if key[:2] == (move, "author"))
    with pytest.raises(NotYourMove) as refused:
        admit(Standing(stage, 5), given(move, Party.AUTHOR, actor="p018"))
    assert refused.value.details == {"move": move, "party": "author"}


@pytest.mark.parametrize("actor", [AUTHOR, "hr1"])
def test_nobody_moves_a_plan_in_the_name_of_time(actor: str) -> None:
    with pytest.raises(NotYourMove):
        admit(Standing(Stage.SCORED, 5), given(Move.FINALISE, Party.SYSTEM, actor=actor))


def test_time_is_no_reviewer() -> None:
    with pytest.raises(NotYourMove):
        admit(Standing(Stage.HR_REVIEW, 5), given(Move.APPROVE, Party.REVIEWER, actor=SYSTEM))


@pytest.mark.parametrize("key", moves.ALLOWED, ids="-".join)
def test_a_reason_is_asked_of_people_where_the_domain_asks_for_one(key: tuple[str, str, str]) -> None:
    move, party, stage = Move(key[0]), Party(key[1]), Stage(key[2])
    asked = key[0] in moves.NEEDS_REASON and party is not Party.SYSTEM
    expected = "move.reason_missing" if asked else moves.ALLOWED[key][0]
    assert answer(Standing(stage, 5), given(move, party, note="  ")) == expected


@pytest.mark.parametrize(("seen", "last"), [(3, "hr2"), (4, None), (4, SYSTEM), (6, "hr2"), (0, None)])
def test_a_version_other_than_the_plan_s_is_stale(seen: int, last: str | None) -> None:
    standing = Standing(Stage.LEADER_REVIEW, 5, decided(last) if last else None)
    with pytest.raises(StaleVersion) as refused:
        admit(standing, given(Move.APPROVE, Party.REVIEWER, expected_version=seen))
    assert refused.value.details == {"expected": seen, "current": 5, "stage": "leader_review"}


def test_who_comes_second_is_told_who_was_first_and_what_they_did() -> None:
    standing = Standing(Stage.LEADER_REVIEW, 5, decided("hr2"))
    with pytest.raises(AlreadyDecided) as refused:
        admit(standing, given(Move.RETURN, Party.REVIEWER, expected_version=4))
    assert refused.value.details == {"move": "approve", "actor": "hr2", "stage": "leader_review"}


def test_a_refused_stage_names_where_the_plan_stands() -> None:
    with pytest.raises(WrongStage) as refused:
        admit(Standing(Stage.TRACKING, 5), given(Move.SUBMIT, Party.AUTHOR))
    assert refused.value.details == {"stage": "tracking", "move": "submit"}


UNTIMELY = {
    (Move.SUBMIT, Phase.CLOSED): "move.month_closed",
    (Move.CLOSE, Phase.BEFORE): "move.month_not_begun",
}


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("key", moves.ALLOWED, ids="-".join)
def test_only_submitting_and_closing_depend_on_the_month(key: tuple[str, str, str], phase: Phase) -> None:
    move, party, stage = Move(key[0]), Party(key[1]), Stage(key[2])
    try:
        found = str(admit(Standing(stage, 5), given(move, party), phase))
    except Refusal as refused:
        found = refused.code
    untimely = None if party is Party.SYSTEM else UNTIMELY.get((move, phase))
    assert found == (untimely or moves.ALLOWED[key][0])


def test_a_move_that_comes_later_is_named() -> None:
    with pytest.raises(NotAvailable) as refused:
        admit(Standing(Stage.TRACKING, 5), given(Move.AMEND, Party.AUTHOR))
    assert refused.value.details == {"move": "amend"}


def test_of_several_faults_the_first_in_order_is_named() -> None:
    """Each step mends the fault that was named and finds the next one."""
    first = Standing(Stage.LEADER_REVIEW, 5, decided("hr2"))
    elsewhere, here = Standing(Stage.TRACKING, 5), Standing(Stage.LEADER_REVIEW, 5)
    wrong: dict[str, object] = {"to": Stage.SCORED, "note": "", "actor": AUTHOR, "expected_version": 4}
    steps: list[tuple[Standing, Move, Party, dict[str, object], type[Refusal]]] = [
        (first, Move.REOPEN, Party.AUTHOR, wrong, NotAvailable),
        (first, Move.RETURN, Party.AUTHOR, wrong, AlreadyDecided),
        (elsewhere, Move.RETURN, Party.AUTHOR, wrong, StaleVersion),
        (elsewhere, Move.RETURN, Party.AUTHOR, wrong | {"expected_version": 5}, WrongStage),
        (here, Move.RETURN, Party.AUTHOR, wrong | {"expected_version": 5}, NotYourMove),
        (here, Move.RETURN, Party.REVIEWER, wrong | {"expected_version": 5}, OwnPlan),
        (here, Move.RETURN, Party.REVIEWER, {"to": Stage.SCORED, "note": ""}, ReasonMissing),
        (here, Move.RETURN, Party.REVIEWER, {"to": Stage.SCORED}, TargetWrong),
    ]
    found = [answer(standing, given(move, party, **changes)) for standing, move, party, changes, _ in steps]
    assert found == [refused.code for *_, refused in steps]
    assert answer(here, given(Move.RETURN, Party.REVIEWER, to=Stage.HR_REVIEW)) == "hr_review"
