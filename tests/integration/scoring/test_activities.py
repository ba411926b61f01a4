"""What scoring does for a plan's lifecycle, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.domain.explain import differences
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.store import policies
from services.scoring.store import scores as kept_scores
from services.scoring.store.scores import ScoreRow
from services.scoring.store.tables import answers as answer_table
from services.scoring.store.tables import rungs as rung_table
from services.scoring.store.tables import scores as score_table
from shared.contracts.events import PlanScored, ScoreAnswered, ScoringRungFired
from shared.contracts.lifecycle import Command
from shared.contracts.plan import ClosedPlan
from shared.contracts.refusals import (
    AlreadyDecided,
    NotApprover,
    OwnPlan,
    ReasonMissing,
    StaleVersion,
    WindowOver,
    WrongStage,
)
from shared.contracts.rungs import FiredRung
from shared.contracts.scoring import AnswerRecorded, AnswerScore, ScorePlan
from shared.contracts.words import Milestone, Move, Party, Role, Rung, RungOutcome, Stage
from shared.org.organisation import Organisation
from shared.store.db import Database
from tests.integration.scoring.around import FAR, count, noticed, stand, statements, tell, told
from tests.unit.services.scoring.build import PLAN, command
from tests.unit.services.scoring.company import (
    AUTHOR,
    BOSS,
    CHIEF,
    DEPUTY,
    LEADER,
    STRANGER,
    TODAY,
    absence,
    company,
    deadline,
    delegation,
    firing,
)
from tests.unit.services.scoring.test_score import month

GOLDEN = month((40, 20, 15, 25), (80, 50, 0, 80))
BETTER = month((45, 20, 15, 20), (80, 100, 100, 100))
ANSWER = Milestone.DISPUTE_ANSWER_DUE


def scoring(closed: ClosedPlan = GOLDEN, version: int = 8) -> ScorePlan:
    return ScorePlan(
        command_id=f"close:{version}", closed=closed, plan_version=version, confirmation=deadline()
    )


def answering(given: Command, version: int = 9, until: datetime = FAR) -> AnswerScore:
    return AnswerScore(command=given, plan_version=version, window_until=until)


def by_leader(note: str = "", actor: str = LEADER, id: str = "leader") -> Command:
    return command(Move.CONFIRM, actor, Party.LEADER, note, id)


def by_author(id: str = "author") -> Command:
    return command(Move.CONFIRM, id=id)


def dispute(note: str = "signed in March", id: str = "dispute") -> Command:
    return command(Move.DISPUTE, note=note, id=id)


def said(recorded: AnswerRecorded) -> tuple[bool, bool, bool]:
    return recorded.disputed, recorded.author_confirmed, recorded.leader_confirmed


async def newest(database: Database) -> ScoreRow:
    async with database.transaction() as connection:
        row = await kept_scores.newest(connection, PLAN.plan_id)
    assert row is not None
    return row


async def test_a_score_is_kept_with_what_proves_it(database: Database, scores: ScoringActivitiesImpl) -> None:
    scored = await scores.score(scoring())
    assert (scored.version, str(scored.total), scored.band) == (1, "62.00", "pass")
    row = await newest(database)
    assert row.export.labels["innovation"].en == "Innovation"
    assert differences(row.export) == ()


async def test_a_score_is_told_to_its_author_and_its_leader_is_asked(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    events = await told(database, PlanScored)
    assert events[0]["score"]["total"] == "62.00"
    assert noticed(events) == [(AUTHOR, "scored"), (LEADER, "confirmation_waiting")]


async def test_the_same_figures_scored_twice_are_one_score(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    first = await scores.score(scoring())
    assert await scores.score(scoring()) == first
    assert await count(database, score_table) == 1
    assert len(await told(database, PlanScored)) == 1


async def test_the_same_figures_scored_at_the_same_instant_are_one_score(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    results = await asyncio.gather(*(scores.score(scoring()) for _ in range(5)), return_exceptions=True)
    assert any(not isinstance(result, BaseException) for result in results)
    assert await count(database, score_table) == 1
    assert len(await told(database, PlanScored)) == 1


async def test_a_policy_published_later_does_not_touch_a_score(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    async with database.transaction() as connection:
        bands = ScoringPolicy().bands[2:]
        published = await policies.publish(connection, ScoringPolicy(bands=bands), "hr1")
    assert published.version == 2
    assert (await newest(database)).score.policy_version == 1
    assert (await scores.score(scoring(BETTER, 12))).band == "pass"
    assert (await newest(database)).score.policy_version == 2


async def test_new_figures_are_a_new_version_and_the_old_one_is_answered_no_more(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    await scores.record_answer(answering(by_leader()))
    again = await scores.score(scoring(BETTER, 12))
    assert (again.version, str(again.total)) == (2, "91.00")
    assert (await scores.score(scoring())).version == 1
    assert not (await newest(database)).answers.leader_confirmed
    with pytest.raises(StaleVersion):
        await scores.record_answer(answering(by_leader(id="late"), version=12))


async def test_leader_and_author_confirm(database: Database, scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    assert said(await scores.record_answer(answering(by_leader()))) == (False, False, True)
    assert said(await scores.record_answer(answering(by_author(), 10))) == (False, True, True)
    assert noticed(await told(database, ScoreAnswered)) == []


async def test_the_same_answer_twice_is_one_answer(database: Database, scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    first = await scores.record_answer(answering(by_leader()))
    assert await scores.record_answer(answering(by_leader())) == first
    assert await count(database, answer_table) == 1
    assert len(await told(database, ScoreAnswered)) == 1


async def test_of_two_answers_at_once_the_second_is_refused(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await tell(database, company(delegation(LEADER, DEPUTY)))
    await scores.score(scoring())
    results = await asyncio.gather(
        scores.record_answer(answering(by_leader())),
        scores.record_answer(answering(by_leader(actor=DEPUTY, id="deputy"))),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["AlreadyDecided", "AnswerRecorded"]
    assert await count(database, answer_table) == 1


async def test_a_dispute_goes_to_the_leader_and_its_answer_to_the_author(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    await scores.record_answer(answering(by_leader()))
    assert said(await scores.record_answer(answering(dispute(), 10))) == (True, False, False)
    answered = by_leader("it counts in April", id="answer")
    assert said(await scores.record_answer(answering(answered, 11))) == (False, False, True)
    assert noticed(await told(database, ScoreAnswered)) == [
        (LEADER, "disputed"),
        (AUTHOR, "dispute_answered"),
    ]


async def test_a_dispute_is_answered_with_words(scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    await scores.record_answer(answering(dispute()))
    with pytest.raises(ReasonMissing):
        await scores.record_answer(answering(by_leader(), 10))


async def test_a_dispute_is_possible_until_its_window_ends_by_the_databases_clock(
    scores: ScoringActivitiesImpl,
) -> None:
    await scores.score(scoring())
    now = datetime.now(UTC)
    with pytest.raises(WindowOver):
        await scores.record_answer(answering(dispute(), until=now - timedelta(seconds=1)))
    assert (await scores.record_answer(answering(dispute(), until=now + timedelta(minutes=1)))).disputed


async def test_a_score_is_disputed_once(scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    await scores.record_answer(answering(dispute()))
    with pytest.raises(AlreadyDecided):
        await scores.record_answer(answering(dispute(id="again"), 10))


async def test_a_delegate_answers_on_behalf_of_the_leader(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await tell(database, company(delegation(LEADER, DEPUTY)))
    await scores.score(scoring())
    recorded = await scores.record_answer(answering(by_leader(actor=DEPUTY)))
    assert recorded.on_behalf_of == LEADER
    (event,) = await told(database, ScoreAnswered)
    assert (event["actor"], event["on_behalf_of"]) == (DEPUTY, LEADER)


async def test_an_ended_delegation_gives_no_right(database: Database, scores: ScoringActivitiesImpl) -> None:
    ended = delegation(LEADER, DEPUTY).model_copy(update={"end": datetime(2021, 1, 1, tzinfo=UTC)})
    await tell(database, company(ended))
    await scores.score(scoring())
    with pytest.raises(NotApprover):
        await scores.record_answer(answering(by_leader(actor=DEPUTY)))


async def test_nobody_confirms_their_own_score_as_its_leader(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await tell(database, company(delegation(BOSS, AUTHOR), sales_leader=AUTHOR))
    await scores.score(scoring())
    with pytest.raises(OwnPlan):
        await scores.record_answer(answering(by_leader(actor=AUTHOR)))
    assert (await scores.record_answer(answering(by_leader(actor=BOSS)))).leader_confirmed


@pytest.mark.parametrize("actor", [STRANGER, CHIEF, "hr1", "root"])
async def test_who_does_not_lead_the_author_does_not_confirm(
    scores: ScoringActivitiesImpl, actor: str
) -> None:
    await scores.score(scoring())
    with pytest.raises(NotApprover):
        await scores.record_answer(answering(by_leader(actor=actor)))


async def test_a_plan_without_a_score_is_not_answered(scores: ScoringActivitiesImpl) -> None:
    with pytest.raises(WrongStage):
        await scores.record_answer(answering(by_leader()))


async def test_a_refused_answer_leaves_no_trace(database: Database, scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    with pytest.raises(NotApprover):
        await scores.record_answer(answering(by_leader(actor=STRANGER)))
    assert await count(database, answer_table) == 0
    assert await told(database, ScoreAnswered) == []


async def test_a_rung_reaches_the_leader_and_is_recorded_once(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    fired = await scores.fire_rung(firing())
    assert fired == FiredRung(outcome=RungOutcome.SENT, recipients=(LEADER,))
    assert await scores.fire_rung(firing()) == fired
    assert await count(database, rung_table) == 1
    assert noticed(await told(database, ScoringRungFired)) == [(LEADER, "confirmation_reminder")]


async def test_a_rung_fired_before_answers_the_same_after_the_leader_has_acted(
    scores: ScoringActivitiesImpl,
) -> None:
    await scores.score(scoring())
    fired = await scores.fire_rung(firing())
    await scores.record_answer(answering(by_leader()))
    assert await scores.fire_rung(firing()) == fired


async def test_who_has_confirmed_is_not_reminded(database: Database, scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    await scores.record_answer(answering(by_leader()))
    assert await scores.fire_rung(firing()) == FiredRung(outcome=RungOutcome.ACTED)
    assert await count(database, rung_table) == 0
    assert await told(database, ScoringRungFired) == []


async def test_a_dispute_has_a_ladder_of_its_own(scores: ScoringActivitiesImpl) -> None:
    await scores.score(scoring())
    await scores.record_answer(answering(dispute()))
    assert (await scores.fire_rung(firing())).outcome is RungOutcome.ACTED
    assert (await scores.fire_rung(firing(milestone=ANSWER, version=10))).recipients == (LEADER,)
    await scores.record_answer(answering(by_leader("it counts in April"), 10))
    late = firing(Rung.SUPERIOR, ANSWER, version=10)
    assert (await scores.fire_rung(late)).outcome is RungOutcome.ACTED


async def test_a_plan_that_has_ended_reminds_nobody(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    await stand(database, Stage.EXEMPT, 10)
    assert (await scores.fire_rung(firing())).outcome is RungOutcome.ACTED


async def test_a_plan_without_a_score_reminds_nobody(scores: ScoringActivitiesImpl) -> None:
    assert (await scores.fire_rung(firing())).outcome is RungOutcome.ACTED


async def test_a_rung_waits_for_a_leader_on_leave_and_leaves_no_row(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await tell(database, company(absences=(absence(LEADER),)))
    await scores.score(scoring())
    assert (await scores.fire_rung(firing())).outcome is RungOutcome.POSTPONED
    assert await count(database, rung_table) == 0
    next_day = firing(day=TODAY + timedelta(days=1))
    assert (await scores.fire_rung(next_day)).recipients == (LEADER,)


async def test_a_rung_where_nobody_leads_is_recorded_as_reaching_nobody(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    small = company(sales_leader=None)
    board = small.departments["board"].model_copy(update={"leader": None, "version": 2})
    chief = small.people[CHIEF]
    no_roles = chief.model_copy(
        update={"roles": tuple(r for r in chief.roles if r.role is not Role.EXECUTIVE), "version": 2}
    )
    sales = small.departments["sales"].model_copy(update={"version": 2})
    await tell(database, Organisation([no_roles], [board, sales], today=None))
    await scores.score(scoring())
    assert await scores.fire_rung(firing()) == FiredRung(outcome=RungOutcome.NOBODY)
    assert await count(database, rung_table) == 1


async def test_the_ladder_climbs_to_the_superior_and_to_leadership(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    await scores.score(scoring())
    assert (await scores.fire_rung(firing(Rung.SUPERIOR))).recipients == (LEADER, BOSS)
    assert (await scores.fire_rung(firing(Rung.LEADERSHIP))).recipients == (CHIEF, BOSS)
    events = await told(database, ScoringRungFired)
    assert [event["notices"][0]["name"] for event in events] == ["overdue", "escalated"]
    assert events[1]["notices"][0]["parameters"]["responsible"] == [LEADER]


async def test_no_activity_takes_more_than_8_statements(
    database: Database, scores: ScoringActivitiesImpl
) -> None:
    with statements(database) as counted:
        await scores.score(scoring())
        assert counted.take() <= 8
        await scores.fire_rung(firing())
        assert counted.take() <= 8
        await scores.record_answer(answering(dispute()))
        assert counted.take() <= 8
        await scores.record_answer(answering(by_leader("it counts in April"), 10))
        assert counted.take() <= 8
        await scores.score(scoring(BETTER, 12))
        assert counted.take() <= 8
