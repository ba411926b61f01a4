"""I9: whoever decided had the right to, by the directory as it was at that moment."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from monthline.audit.facts import Change
from services.plans.domain.ledger import ChainedLine
from shared.contracts.organisation import Delegation
from shared.contracts.words import SYSTEM, Milestone, Move, Role, Stage
from tests.unit.monthline.audit.build import DEPARTMENTS, NOW, PEOPLE, STEPS, department, moved, person
from tests.unit.monthline.audit.build import wrong as found

OPEN, SUBMIT, APPROVE = STEPS
CANCEL = ("hr1:cancel", Move.CANCEL, "hr1", Stage.HR_REVIEW, Stage.CANCELLED)
LEAD = ("boss1:approve", Move.APPROVE, "boss1", Stage.LEADER_REVIEW, Stage.TRACKING)
CONFIRM = ("boss1:confirm", Move.CONFIRM, "boss1", Stage.SCORED, Stage.SCORED)
SCORED = (
    OPEN,
    SUBMIT,
    APPROVE,
    LEAD,
    ("p017:close-1", Move.CLOSE, "p017", Stage.TRACKING, Stage.CLOSING),
    ("p017:close-2", Move.CLOSE, "p017", Stage.CLOSING, Stage.SCORED),
    CONFIRM,
)
HOUR = timedelta(hours=1)
HR_STEP, LEADER_STEP = Milestone.HR_REVIEW_DUE, Milestone.LEADER_REVIEW_DUE
GIVEN = Delegation(id="d1", giver="hr1", taker="p018", start=NOW - 24 * HOUR, end=NOW + 24 * HOUR)


def codes(facts: dict[str, Any], **more: Any) -> list[str]:
    """The invariants that a course of moves breaks."""
    return list(found(**(facts | more)))


def test_who_may_decide_breaks_nothing() -> None:
    for steps in ((OPEN, SUBMIT, APPROVE), (OPEN, SUBMIT, CANCEL), (*STEPS, LEAD), SCORED):
        assert codes(moved(*steps)) == []


STRANGERS = [
    ((OPEN, SUBMIT, APPROVE), "p018"),
    ((OPEN, SUBMIT, APPROVE), "hr2"),
    ((OPEN, SUBMIT, APPROVE), "boss1"),
    ((OPEN, SUBMIT, APPROVE), "nobody-knows"),
    ((OPEN, SUBMIT, CANCEL), "p018"),
    ((OPEN, SUBMIT, CANCEL), "hr2"),
    ((OPEN, SUBMIT, CANCEL), "boss1"),
    ((*STEPS, LEAD), "hr1"),
    ((*STEPS, LEAD), "boss2"),
    ((*STEPS, LEAD), "ceo"),
    (SCORED, "p018"),
    (SCORED, "hr1"),
    (SCORED, "boss2"),
]


@pytest.mark.parametrize(("steps", "stranger"), STRANGERS)
def test_a_stranger_is_found_even_where_ledger_and_round_agree(steps: Any, stranger: str) -> None:
    wrong = found(**moved(*steps, actor=stranger))
    assert list(wrong) == ["I9"]
    assert f"{stranger} had no right to {steps[-1][1]}" in wrong["I9"][0]


def test_the_author_confirms_their_own_score_for_themself_and_through_nobody() -> None:
    assert codes(moved(*SCORED, actor="p017")) == []
    assert codes(moved(*SCORED, on_behalf_of="p017")) == ["I9"]


def on_behalf(**changes: Any) -> dict[str, Any]:
    """The HR decision, made by p018 on behalf of hr1 under a delegation with ``changes``."""
    course = moved(OPEN, SUBMIT, APPROVE, actor="p018", on_behalf_of="hr1")
    return course | {"delegations": (GIVEN.model_copy(update=changes),)}


DELEGATIONS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"steps": (HR_STEP,), "departments": ("sales",)}, True),
    ({"revoked": True}, False),
    ({"steps": (LEADER_STEP,)}, False),
    ({"departments": ("lab",)}, False),
    ({"end": NOW - 20 * HOUR}, False),
    ({"start": NOW}, False),
    ({"taker": "boss2"}, False),
    ({"giver": "hr2"}, False),
]


@pytest.mark.parametrize(("changes", "held"), DELEGATIONS)
def test_a_decision_on_behalf_needs_a_delegation_for_that_step_at_that_moment(
    changes: dict[str, Any], held: bool
) -> None:
    assert codes(on_behalf(**changes)) == ([] if held else ["I9"])


def test_a_delegation_by_somebody_without_the_right_gives_none() -> None:
    course = moved(OPEN, SUBMIT, APPROVE, actor="p018", on_behalf_of="hr2")
    assert codes(course, delegations=(GIVEN.model_copy(update={"giver": "hr2"}),)) == ["I9"]


def test_a_delegation_is_passed_on_once_and_not_by_the_plans_author() -> None:
    for between, held in (("boss2", True), ("p017", False)):
        passed = (
            GIVEN.model_copy(update={"taker": between}),
            GIVEN.model_copy(update={"id": "d2", "giver": between}),
        )
        assert codes(on_behalf(), delegations=passed) == ([] if held else ["I9"])


def test_an_ending_is_never_made_on_behalf_of_somebody() -> None:
    course = moved(OPEN, SUBMIT, CANCEL, actor="p018", on_behalf_of="hr1")
    assert codes(course, delegations=(GIVEN,)) == ["I9"]


def at(course: dict[str, Any]) -> datetime:
    """When its last move was made."""
    last: ChainedLine = course["lines"][-1]
    return last.at


def changed(kind: str, id: str, moment: datetime, heard: datetime | None = None) -> dict[str, Any]:
    """A change of the organisation, and when the services heard of it; never when None is given."""
    taken = {"c1": heard} if heard else {}
    return {"changes": (Change(kind, id, "c1", moment),), "heard": {"plans": taken, "review": taken}}


def test_a_right_that_was_lost_later_was_a_right() -> None:
    course = moved(OPEN, SUBMIT, APPROVE) | {"people": (*PEOPLE[:5], person("hr1"), *PEOPLE[6:])}
    before, after = at(course) - HOUR, at(course) + HOUR
    assert codes(course) == ["I9"]
    assert codes(course, **changed("person", "hr1", after, after)) == []
    assert codes(course, **changed("person", "hr1", before, before)) == ["I9"]
    assert codes(course, **changed("person", "p018", after, after)) == ["I9"]


def test_a_change_counts_from_when_the_last_service_has_heard_of_it() -> None:
    course = on_behalf(revoked=True)
    before, after = at(course) - HOUR, at(course) + HOUR
    assert codes(course, **changed("delegation", "d1", before, before)) == ["I9"]
    assert codes(course, **changed("delegation", "d1", before, after)) == []
    assert codes(course, **changed("delegation", "d1", before, None)) == []


def test_another_leader_of_today_does_not_make_yesterdays_a_stranger() -> None:
    course = moved(*STEPS, LEAD)
    course["departments"] = (DEPARTMENTS[0], department("sales", "company", "boss2"), *DEPARTMENTS[2:])
    after = at(course) + HOUR
    assert codes(course) == ["I9"]
    assert codes(course, **changed("department", "sales", after, after)) == []


def test_an_executive_decided_while_there_was_no_hr() -> None:
    course = moved(OPEN, SUBMIT, APPROVE, actor="ceo")
    after = at(course) + HOUR
    assert codes(course) == ["I9"]
    assert codes(course, **changed("person", "hr9", after, after)) == []


def test_nothing_is_said_of_decisions_older_than_the_changes_that_are_kept() -> None:
    course = moved(OPEN, SUBMIT, APPROVE, actor="p018")
    assert "I9" not in codes(course, now=NOW + timedelta(days=31))


def test_somebody_who_has_left_decides_nothing() -> None:
    course = moved(OPEN, SUBMIT, APPROVE)
    gone = person("hr1", Role.HR).model_copy(update={"left": at(course).date() - timedelta(days=1)})
    assert codes(course, people=(*PEOPLE[:5], gone, *PEOPLE[6:])) == ["I9"]
    there = gone.model_copy(update={"left": at(course).date()})
    assert codes(course, people=(*PEOPLE[:5], there, *PEOPLE[6:])) == []


def test_time_needs_no_right() -> None:
    course = moved(OPEN, SUBMIT, replace_actor(APPROVE, SYSTEM)) | {"decided": ()}
    assert "I9" not in codes(course)


def replace_actor(step: Any, actor: str) -> Any:
    """The same step by somebody else."""
    return (*step[:2], actor, *step[3:])
