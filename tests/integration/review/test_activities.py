"""What review does for a plan's lifecycle, on a real database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.review.activities import ReviewActivitiesImpl
from services.review.store import rounds
from services.review.store.tables import rungs
from shared.contracts.events import DecisionRecordedEvent, ReviewRungFired, RoundClosed, RoundOpened
from shared.contracts.refusals import (
    AlreadyDecided,
    NotApprover,
    OwnPlan,
    ReasonMissing,
    StaleVersion,
    WrongStage,
)
from shared.contracts.review import CloseRound, DecisionRecorded, RecordDecision
from shared.contracts.rungs import FiredRung
from shared.contracts.words import Move, Party, Role, Rung, RungOutcome, Stage
from shared.store.db import Database
from tests.integration.review.calls import command, firing
from tests.integration.review.company import count, noticed, opening, tell, told
from tests.integration.review.statements import statements
from tests.unit.services.review.build import (
    PLAN,
    TODAY,
    absence,
    company,
    deadline,
    delegation,
    lasting,
    person,
)

HR, LEADER = Stage.HR_REVIEW, Stage.LEADER_REVIEW


def deciding(
    actor: str = "hr1",
    move: Move = Move.APPROVE,
    stage: Stage = HR,
    *,
    following: Stage | None = None,
    **given: Any,
) -> RecordDecision:
    return RecordDecision(
        command=command(actor, move, **given),
        stage=stage,
        next_stage=following,
        next_deadline=deadline(following) if following else None,
    )


async def course(database: Database) -> list[tuple[Stage, int, str]]:
    """Every round of the plan: its stage, its plan version and how it ended."""
    async with database.transaction() as connection:
        found = await rounds.rounds_of(connection, PLAN.plan_id)
    return [(each.stage, each.plan_version, each.closed_because) for each in found]


async def test_an_opened_round_asks_that_its_approvers_and_delegates_be_told(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(delegations=(lasting("hr1", "helper"),)))
    await reviews.open_round(opening())
    assert await course(database) == [(HR, 2, "")]
    events = await told(database, RoundOpened)
    assert noticed(events) == [("hr1", "review_waiting"), ("helper", "review_waiting")]


async def test_the_same_round_opened_twice_is_one_and_is_told_once(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await asyncio.gather(*(reviews.open_round(opening()) for _ in range(5)))
    assert await course(database) == [(HR, 2, "")]
    assert len(await told(database, RoundOpened)) == 1


async def test_a_new_round_closes_one_that_was_left_waiting(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await reviews.open_round(opening(version=4, revision=2))
    assert await course(database) == [(HR, 2, "superseded"), (HR, 4, "")]


async def test_an_approval_by_hr_opens_the_leader_s_round_on_the_same_revision(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    answer = await reviews.record_decision(deciding(following=LEADER, note="with the budget"))
    assert answer == DecisionRecorded(command_id="hr1:key", on_behalf_of=None)
    assert await course(database) == [(HR, 2, "decided"), (LEADER, 3, "")]
    (decided,) = await told(database, DecisionRecordedEvent)
    assert (decided["decision"], decided["actor"], decided["note"]) == ("approve", "hr1", "with the budget")
    assert noticed((await told(database, RoundOpened))[1:]) == [("lead", "review_waiting")]


async def test_a_return_to_the_author_opens_no_round(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await reviews.record_decision(deciding(move=Move.RETURN, note="core share is 30"))
    assert await course(database) == [(HR, 2, "decided")]
    assert len(await told(database, RoundOpened)) == 1


async def test_a_leader_s_return_to_hr_opens_hr_s_round_again(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening(LEADER, version=3))
    request = deciding("lead", Move.RETURN, LEADER, note="check the kpi", to=HR, version=3, following=HR)
    await reviews.record_decision(request)
    assert await course(database) == [(LEADER, 3, "decided"), (HR, 4, "")]


async def test_the_same_decision_again_gives_the_same_answer_and_one_effect(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(delegations=(lasting("hr1", "helper"),)))
    await reviews.open_round(opening())
    request = deciding("helper", following=LEADER)
    first = await reviews.record_decision(request)
    assert first.on_behalf_of == "hr1"
    await tell(database, company(person("hr1", Role.HR).model_copy(update={"version": 1})))
    assert await reviews.record_decision(request) == first
    assert len(await told(database, DecisionRecordedEvent)) == 1
    assert await course(database) == [(HR, 2, "decided"), (LEADER, 3, "")]


async def test_a_decision_repeated_when_the_plan_has_come_back_answers_as_before(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    request = deciding(move=Move.RETURN, note="core share is 30")
    await reviews.open_round(opening())
    first = await reviews.record_decision(request)
    await reviews.open_round(opening(version=4, revision=2))
    assert await reviews.record_decision(request) == first
    assert await course(database) == [(HR, 2, "decided"), (HR, 4, "")]


async def test_of_two_reviewers_deciding_in_the_same_instant_one_wins_a_hundred_times(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(person("hr2", Role.HR)))
    for version in range(2, 202, 2):
        await reviews.open_round(opening(version=version, revision=version))
        both = (
            deciding("hr1", key=f"a{version}", version=version),
            deciding("hr2", Move.RETURN, key=f"b{version}", version=version, note="core share is 30"),
        )
        results = await asyncio.gather(*map(reviews.record_decision, both), return_exceptions=True)
        won = [each for each in results if isinstance(each, DecisionRecorded)]
        lost = [each for each in results if isinstance(each, AlreadyDecided)]
        assert (len(won), len(lost)) == (1, 1)
        first = won[0].command_id.partition(":")[0]
        assert lost[0].details["actor"] == first
    assert len(await told(database, DecisionRecordedEvent)) == 100


async def test_authority_is_judged_by_the_organisation_of_this_moment(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    moved_on = person("hr1", department="rnd").model_copy(update={"version": 1})
    await tell(database, company(moved_on, person("hr2", Role.HR)))
    with pytest.raises(NotApprover):
        await reviews.record_decision(deciding("hr1"))
    assert await course(database) == [(HR, 2, "")]
    assert (await reviews.record_decision(deciding("hr2"))).on_behalf_of is None


async def test_an_expired_delegation_does_not_decide(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(delegations=(delegation("hr1", "helper"),)))
    await reviews.open_round(opening())
    with pytest.raises(NotApprover):
        await reviews.record_decision(deciding("helper"))


async def test_an_author_never_decides_even_by_command_of_the_lifecycle(
    reviews: ReviewActivitiesImpl,
) -> None:
    await reviews.open_round(opening())
    with pytest.raises(OwnPlan):
        await reviews.record_decision(deciding("author"))


async def test_a_decision_on_an_old_version_is_refused_with_the_current_one(
    reviews: ReviewActivitiesImpl,
) -> None:
    await reviews.open_round(opening(version=4))
    with pytest.raises(StaleVersion) as refused:
        await reviews.record_decision(deciding(version=2))
    assert refused.value.details == {"expected": 2, "current": 4, "stage": "hr_review"}


async def test_a_decision_where_nothing_ever_waited_is_refused(reviews: ReviewActivitiesImpl) -> None:
    with pytest.raises(WrongStage):
        await reviews.record_decision(deciding())


async def test_a_return_without_a_reason_leaves_the_round_waiting(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    with pytest.raises(ReasonMissing):
        await reviews.record_decision(deciding(move=Move.RETURN))
    assert await course(database) == [(HR, 2, "")]


async def test_a_policy_decides_without_being_an_approver(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await reviews.record_decision(deciding("system", party=Party.SYSTEM, following=LEADER))
    assert await course(database) == [(HR, 2, "decided"), (LEADER, 3, "")]


async def test_a_recall_closes_the_round_and_tells_those_it_waited_for(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await reviews.close_round(CloseRound(plan=PLAN, command_id="author:recall", reason="recall"))
    assert await course(database) == [(HR, 2, "recall")]
    assert noticed(await told(database, RoundClosed)) == [("hr1", "recalled")]
    with pytest.raises(StaleVersion):
        await reviews.record_decision(deciding())


async def test_a_cancellation_closes_the_round_and_tells_no_reviewer(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await reviews.close_round(CloseRound(plan=PLAN, command_id="hr1:cancel", reason="cancel"))
    (closed,) = await told(database, RoundClosed)
    assert (closed["reason"], closed["notices"]) == ("cancel", [])


async def test_a_late_repetition_of_a_closing_leaves_the_next_round_waiting(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    recall = CloseRound(plan=PLAN, command_id="author:recall", reason="recall")
    await reviews.open_round(opening())
    await reviews.close_round(recall)
    await reviews.open_round(opening(version=4, revision=2))
    await reviews.close_round(recall)
    assert await course(database) == [(HR, 2, "recall"), (HR, 4, "")]


async def test_recall_and_approval_in_the_same_instant_leave_one_ending(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    for version in range(2, 42, 2):
        await reviews.open_round(opening(version=version, revision=version))
        results = await asyncio.gather(
            reviews.record_decision(deciding(key=f"approve{version}", version=version)),
            reviews.close_round(CloseRound(plan=PLAN, command_id=f"author:recall{version}", reason="recall")),
            return_exceptions=True,
        )
        ended = (await course(database))[-1][2]
        assert isinstance(results[0], DecisionRecorded if ended == "decided" else StaleVersion)


async def test_a_rung_is_recorded_and_told_once_however_often_it_fires_at_a_time(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    for rung in Rung:
        answers = await asyncio.gather(*(reviews.fire_rung(firing(rung)) for _ in range(8)))
        assert {answer.outcome for answer in answers} == {RungOutcome.SENT}
        assert len(set(answers)) == 1
    assert await count(database, rungs) == len(Rung)
    events = await told(database, ReviewRungFired)
    assert noticed(events[:1]) == [("hr1", "review_reminder")]
    assert len(events) == len(Rung)


async def test_an_escalation_reaches_leadership_and_names_who_is_responsible(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(person("hrhead", Role.MANAGER, department="hr")))
    await reviews.open_round(opening())
    answer = await reviews.fire_rung(firing(Rung.LEADERSHIP))
    assert answer.recipients == ("boss", "hrhead")
    (event,) = await told(database, ReviewRungFired)
    assert event["notices"][0]["parameters"]["responsible"] == ["hr1"]


async def test_a_rung_of_a_decided_round_tells_nobody_and_leaves_no_row(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await reviews.record_decision(deciding(following=LEADER))
    assert await reviews.fire_rung(firing()) == FiredRung(outcome=RungOutcome.ACTED)
    assert await count(database, rungs) == 0
    assert await told(database, ReviewRungFired) == []


async def test_a_rung_that_was_sent_answers_the_same_after_the_decision(
    reviews: ReviewActivitiesImpl,
) -> None:
    await reviews.open_round(opening())
    first = await reviews.fire_rung(firing())
    await reviews.record_decision(deciding())
    assert await reviews.fire_rung(firing()) == first


async def test_a_rung_whose_recipients_are_all_on_leave_is_postponed_without_a_row(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await tell(database, company(absences=(absence("hr1"),)))
    await reviews.open_round(opening())
    assert (await reviews.fire_rung(firing())).outcome is RungOutcome.POSTPONED
    assert await count(database, rungs) == 0
    later = await reviews.fire_rung(firing(day=TODAY + timedelta(days=1)))
    assert later == FiredRung(outcome=RungOutcome.SENT, recipients=("hr1",))


async def test_a_delegate_given_after_the_round_opened_is_reminded(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    await reviews.open_round(opening())
    await tell(
        database,
        company(delegations=(lasting("hr1", "helper"),), absences=(absence("hr1"),)),
    )
    assert (await reviews.fire_rung(firing())).recipients == ("helper",)


async def test_no_activity_needs_more_than_eight_statements(
    database: Database, reviews: ReviewActivitiesImpl
) -> None:
    with statements(database) as sent:
        await reviews.open_round(opening())
        assert sent.take() <= 8
        await reviews.fire_rung(firing(Rung.LEADERSHIP))
        assert sent.take() <= 8
        await reviews.record_decision(deciding(following=LEADER))
        assert sent.take() <= 8
        await reviews.close_round(CloseRound(plan=PLAN, command_id="author:recall", reason="recall"))
        assert sent.take() <= 8
