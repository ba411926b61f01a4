"""Who is told what about a score, once for each cause."""

from decimal import Decimal

from services.scoring.domain import notices
from services.scoring.domain.answers import Answered, Answers
from services.scoring.domain.leaders import Recipient
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from shared.contracts.notices import Notice, ScoreAnnounced
from shared.contracts.words import Milestone, Move, Party, Rung
from tests.unit.services.scoring.build import BINARY, PLAN, actual, closed, command, item
from tests.unit.services.scoring.company import AUTHOR, CHIEF, DEPUTY, LEADER, deadline, firing

SCORE = score_plan(closed([item("a", 100, measure=BINARY)], [actual("a", 1)]), ScoringPolicy())
NOBODY = Answered(Answers())


def short(told: tuple[Notice, ...]) -> list[tuple[str, str]]:
    return [(notice.recipient, notice.name) for notice in told]


def test_the_author_hears_the_score_and_the_leader_what_is_asked() -> None:
    told = notices.scored(SCORE, deadline(), 8, [LEADER, DEPUTY])
    assert short(told) == [
        (AUTHOR, "scored"),
        (LEADER, "confirmation_waiting"),
        (DEPUTY, "confirmation_waiting"),
    ]
    assert told[0].said == ScoreAnnounced(
        plan=PLAN, score=Decimal("100.00"), band="excellent", due=deadline().instant
    )


def test_the_authors_cause_is_the_plans_move_to_scored() -> None:
    assert notices.scored(SCORE, deadline(), 8, [])[0].reason == f"{PLAN.plan_id}:moved:9"


def test_a_score_made_again_is_a_new_cause() -> None:
    first, again = (notices.scored(SCORE, deadline(), version, [LEADER]) for version in (8, 12))
    assert {notice.reason for notice in first}.isdisjoint(notice.reason for notice in again)


def test_a_dispute_goes_with_its_reason_to_those_who_may_answer() -> None:
    told = notices.answered(SCORE, command(Move.DISPUTE, note="signed in March"), NOBODY, [LEADER, DEPUTY])
    assert short(told) == [(LEADER, "disputed"), (DEPUTY, "disputed")]
    assert told[0].parameters["note"] == "signed in March"


def test_the_answer_to_a_dispute_goes_to_the_author() -> None:
    given = command(Move.CONFIRM, LEADER, Party.LEADER, "it counts in April")
    told = notices.answered(SCORE, given, Answered(Answers(), answers_dispute=True), [LEADER])
    assert short(told) == [(AUTHOR, "dispute_answered")]
    assert told[0].parameters["note"] == "it counts in April"


def test_a_plain_confirmation_is_told_to_nobody() -> None:
    assert notices.answered(SCORE, command(Move.CONFIRM), NOBODY, [LEADER]) == ()


def test_each_rung_has_its_text() -> None:
    told = (Recipient(person=CHIEF, because="leadership"),)
    texts = {rung: notices.rung_fired(SCORE, firing(rung), told, LEADER)[0].name for rung in Rung}
    assert texts == {
        Rung.HALF_TIME: "confirmation_reminder",
        Rung.DUE: "confirmation_reminder",
        Rung.SUPERIOR: "overdue",
        Rung.LEADERSHIP: "escalated",
        Rung.END_STATE: "time_up",
    }


def test_each_rung_of_each_deadline_is_a_cause_of_its_own() -> None:
    told = (Recipient(person=LEADER, because="approver"),)
    fired = [
        notices.rung_fired(SCORE, firing(rung, milestone, version), told, LEADER)[0].reason
        for rung in Rung
        for milestone in (Milestone.CONFIRMATION_DUE, Milestone.DISPUTE_ANSWER_DUE)
        for version in (9, 10)
    ]
    assert len(set(fired)) == len(fired)


def test_a_rung_says_what_is_due_who_is_responsible_and_why_one_is_told() -> None:
    told = (Recipient(person=CHIEF, because="leadership"),)
    words = notices.rung_fired(SCORE, firing(Rung.LEADERSHIP), told, LEADER)[0].parameters
    assert (words["milestone"], words["rung"]) == ("confirmation_due", "leadership")
    assert (words["responsible"], words["because"]) == ([LEADER], "leadership")


def test_a_rung_without_anybody_responsible_names_nobody() -> None:
    told = (Recipient(person=CHIEF, because="leadership"),)
    assert "responsible" not in notices.rung_fired(SCORE, firing(), told, None)[0].parameters
