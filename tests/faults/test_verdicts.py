"""What a drill without its protection has to show before it counts as having failed."""

from faults.cases import Case
from faults.run import Outcome, summed_up
from faults.world import World


async def _strike(_world: World) -> None:
    """Nothing is struck here."""


def _outcome(*wrong: str, code: str = "F1", protected: bool = False) -> Outcome:
    case = Case(code, "a fault", _strike, without=("inbox",), breaks=r"was told \d+ times")
    return Outcome(case, "7", list(wrong), protected=protected)


def test_a_drill_without_its_protection_fails_as_it_should_when_that_is_found_which_it_names() -> None:
    outcome = _outcome("I8 something else", "I6 m0001: was told 2 times of a return")
    assert outcome.expected
    assert outcome.said[0].startswith("I6")


def test_a_drill_that_only_fell_over_has_not_failed_as_it_should() -> None:
    assert not _outcome("the drill itself ended: AssertionError: only 3 plans are left").expected
    assert not _outcome("never struck").expected


def test_a_drill_that_holds_without_its_protection_is_not_as_expected() -> None:
    assert not _outcome().expected


def test_with_its_protection_nothing_may_be_wrong() -> None:
    assert _outcome(protected=True).expected
    assert not _outcome("I6 m0001: was told 2 times of a return", protected=True).expected


def test_the_end_names_the_drills_by_how_they_ended() -> None:
    told = "I6 m0001: was told 2 times of a return"
    outcomes = [
        _outcome(told, code="F14"),
        _outcome(code="F8"),
        _outcome(told, code="F2"),
        _outcome("x", code="F9"),
    ]
    assert summed_up(outcomes) == [
        "failed as it should: F2, F14",
        "FAILED OTHERWISE: F9",
        "HELD UNPROTECTED: F8",
    ]
