"""A move as facts: its answer, its line of the ledger, its event and who hears of it."""

from decimal import Decimal
from typing import Any

import pytest

from services.plans.domain.authority import require_actor
from services.plans.domain.moves import MoveFacts, carried_out
from services.plans.domain.stages import require_editable, require_reporting
from services.plans.domain.templates import effective
from services.plans.domain.versions import require_content, require_version
from shared.contracts.lifecycle import Command
from shared.contracts.notices import ScoreFinal
from shared.contracts.refusals import NotYourMove, OwnPlan, StaleVersion, WrongStage
from shared.contracts.scoring import Points
from shared.contracts.words import SYSTEM, Move, Party, Stage
from tests.unit.services.plans.build import NOW, PLAN, command, deadline, template


def moved(given: Command, source: Stage, target: Stage) -> MoveFacts:
    """The facts of a command carried out on version 4."""
    return carried_out(
        given,
        previous=source,
        stage=target,
        version=4,
        at=NOW,
        deadline=deadline(),
    )


def test_a_move_counts_the_version_up_in_its_answer_its_line_and_its_event() -> None:
    facts = moved(command(Move.SUBMIT), Stage.DRAFTING, Stage.HR_REVIEW)
    assert (facts.moved.version, facts.line.version, facts.event.version) == (5, 5, 5)
    assert (facts.line.from_stage, facts.line.to_stage) == (Stage.DRAFTING, Stage.HR_REVIEW)
    assert (facts.event.previous, facts.event.stage) == (Stage.DRAFTING, Stage.HR_REVIEW)


def test_a_move_for_somebody_else_says_so_in_the_ledger_and_in_the_event() -> None:
    given = command(Move.APPROVE, actor="boss2", party=Party.REVIEWER, on_behalf_of="boss1")
    facts = moved(given, Stage.LEADER_REVIEW, Stage.TRACKING)
    assert (facts.line.actor, facts.line.on_behalf_of) == ("boss2", "boss1")
    assert facts.event.on_behalf_of == "boss1"


@pytest.mark.parametrize(
    ("move", "source", "target", "text"),
    [
        (Move.SUBMIT, Stage.DRAFTING, Stage.HR_REVIEW, None),
        (Move.APPROVE, Stage.HR_REVIEW, Stage.LEADER_REVIEW, None),
        (Move.APPROVE, Stage.LEADER_REVIEW, Stage.TRACKING, "approved"),
        (Move.RETURN, Stage.HR_REVIEW, Stage.DRAFTING, "returned"),
        (Move.RETURN, Stage.LEADER_REVIEW, Stage.HR_REVIEW, "returned"),
        (Move.RECALL, Stage.HR_REVIEW, Stage.DRAFTING, None),
        (Move.CLOSE, Stage.TRACKING, Stage.CLOSING, "closing"),
        (Move.CLOSE, Stage.CLOSING, Stage.SCORED, None),
        (Move.CONFIRM, Stage.SCORED, Stage.SCORED, None),
        (Move.DISPUTE, Stage.SCORED, Stage.SCORED, None),
        (Move.CONFIRM, Stage.SCORED, Stage.FINAL, "final"),
        (Move.FINALISE, Stage.SCORED, Stage.FINAL, "final"),
        (Move.MARK_MISSING, Stage.DRAFTING, Stage.MISSING, "missing"),
        (Move.EXEMPT, Stage.TRACKING, Stage.EXEMPT, "ended"),
        (Move.CANCEL, Stage.DRAFTING, Stage.CANCELLED, "ended"),
    ],
)
def test_the_author_hears_of_a_move_that_is_news_to_them(
    move: Move, source: Stage, target: Stage, text: str | None
) -> None:
    notices = moved(command(move, note="why"), source, target).event.notices
    assert [(notice.recipient, notice.name) for notice in notices] == ([("p017", text)] if text else [])


def test_a_score_stands_in_the_ledger_the_event_and_the_notice_as_a_value() -> None:
    points = Points(total=Decimal("92.5"), band="excellent")
    facts = carried_out(
        command(Move.CONFIRM),
        previous=Stage.SCORED,
        stage=Stage.FINAL,
        version=4,
        at=NOW,
        deadline=None,
        score=points,
    )
    assert (facts.line.score, facts.event.score, facts.line.note) == (points, points, "")
    (notice,) = facts.event.notices
    assert notice.said == ScoreFinal(plan=PLAN, score=points.total, band=points.band)


def test_a_notice_names_its_cause_once_and_what_waits() -> None:
    (notice,) = moved(command(Move.RETURN, note="core 30"), Stage.HR_REVIEW, Stage.DRAFTING).event.notices
    assert notice.reason == "acme:2026-03:p017:east:moved:5"
    assert notice.parameters["note"] == "core 30"
    assert notice.parameters["due"] == "2026-02-27T10:00:00Z"


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (command(Move.SUBMIT, actor="hr1"), NotYourMove),
        (command(Move.RECALL, actor="hr1", party=Party.HR), NotYourMove),
        (command(Move.CLOSE, actor="hr1", party=Party.AUTHOR), NotYourMove),
        (command(Move.APPROVE, actor="p017", party=Party.REVIEWER), OwnPlan),
        (command(Move.APPROVE, actor="hr1", party=Party.REVIEWER, on_behalf_of="p017"), OwnPlan),
        (command(Move.RETURN, actor="p017", party=Party.REVIEWER), OwnPlan),
        (command(Move.EXEMPT, actor="p017", party=Party.HR), OwnPlan),
        (command(Move.CANCEL, actor="p017", party=Party.HR), OwnPlan),
    ],
)
def test_who_may_not_move_a_plan_is_refused_also_in_the_last_step(given: Command, refused: Any) -> None:
    with pytest.raises(refused):
        require_actor(given)


@pytest.mark.parametrize(
    "given",
    [
        command(Move.SUBMIT),
        command(Move.CLOSE),
        command(Move.CLOSE, actor="system", party=Party.SYSTEM),
        command(Move.APPROVE, actor="system", party=Party.SYSTEM),
        command(Move.APPROVE, actor="hr1", party=Party.REVIEWER),
        command(Move.CANCEL, actor="hr1", party=Party.HR),
        command(Move.CONFIRM, actor="boss1", party=Party.LEADER),
    ],
)
def test_who_may_move_a_plan_is_let_through(given: Command) -> None:
    require_actor(given)


def test_a_mover_who_has_seen_another_version_is_told_both() -> None:
    require_version(3, 3, Stage.DRAFTING)
    with pytest.raises(StaleVersion) as refused:
        require_version(3, 4, Stage.HR_REVIEW)
    assert refused.value.details == {"expected": 3, "current": 4, "stage": "hr_review"}


def test_a_draft_that_was_edited_since_is_refused_where_it_matters() -> None:
    require_content(None, 7, Stage.DRAFTING)
    require_content(7, 7, Stage.DRAFTING)
    with pytest.raises(StaleVersion):
        require_content(6, 7, Stage.DRAFTING)


@pytest.mark.parametrize("stage", list(Stage))
def test_content_changes_only_while_it_is_drafted(stage: Stage) -> None:
    if stage is Stage.DRAFTING:
        require_editable(stage)
    else:
        with pytest.raises(WrongStage):
            require_editable(stage)


@pytest.mark.parametrize("stage", list(Stage))
def test_progress_is_taken_from_tracking_until_the_figures_are_frozen(stage: Stage) -> None:
    if stage in (Stage.TRACKING, Stage.CLOSING):
        require_reporting(stage, frozen=False)
    else:
        with pytest.raises(WrongStage):
            require_reporting(stage, frozen=False)
    with pytest.raises(WrongStage):
        require_reporting(stage, frozen=True)


def test_a_department_without_a_template_uses_the_nearest_above_it() -> None:
    company, sales = template(department="company"), template(department="sales")
    assert effective(("east", "sales", "company"), {"sales": sales, "company": company}) == sales
    assert effective(("lab", "company"), {"sales": sales, "company": company}) == company
    assert effective(("lab",), {"sales": sales}) is None


def test_a_return_by_time_names_the_deadline_that_ran_out_as_its_reason() -> None:
    by_time = command(Move.RETURN, actor=SYSTEM, party=Party.SYSTEM, note="hr_review_due")
    [notice] = moved(by_time, Stage.HR_REVIEW, Stage.DRAFTING).event.notices
    assert (notice.parameters["milestone"], notice.parameters.get("note")) == ("hr_review_due", None)
    by_person = command(Move.RETURN, actor="hr1", party=Party.REVIEWER, note="core share 30")
    [notice] = moved(by_person, Stage.HR_REVIEW, Stage.DRAFTING).event.notices
    assert (notice.parameters["note"], notice.parameters.get("milestone")) == ("core share 30", None)
