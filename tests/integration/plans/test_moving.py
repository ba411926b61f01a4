"""Moves and their ledger: one wins, each once, nothing is rewritten."""

import asyncio
from decimal import Decimal

import pytest

from services.notify.rendering import render
from services.plans.activities import PlansActivitiesImpl
from services.plans.domain.ledger import first_broken
from services.plans.store import ledger, plans
from services.plans.store.tables import ORG
from shared.contracts.events import PersonChanged, StageEntered
from shared.contracts.notices import Notice
from shared.contracts.organisation import RoleGrant
from shared.contracts.refusals import (
    Forbidden,
    KeyReused,
    NotYourMove,
    OwnPlan,
    StaleVersion,
)
from shared.contracts.scoring import Points
from shared.contracts.words import Move, Role, Stage
from shared.org.organisation import Organisation
from shared.store.db import Database
from tests.integration.plans.checks import refused, rows, stand
from tests.integration.plans.company import person, told
from tests.integration.plans.lifecycle import Course, move
from tests.unit.services.plans.build import (
    PLAN,
)


async def test_the_same_move_twice_is_one(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    first = await activities.move(move(Move.RECALL, 2, Stage.DRAFTING, "p017"))
    before = await rows(database)
    assert await activities.move(move(Move.RECALL, 2, Stage.DRAFTING, "p017")) == first
    assert await rows(database) == before


async def test_a_move_from_an_older_version_is_refused_and_leaves_nothing(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    before = await rows(database)
    stale = await refused(activities.move(move(Move.RETURN, 1, Stage.DRAFTING, "hr1")), StaleVersion)
    assert stale.details == {"expected": 1, "current": 2, "stage": "hr_review"}
    assert await rows(database) == before


async def test_of_two_moves_in_the_same_instant_exactly_one_wins(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    moves = (
        move(Move.APPROVE, 2, Stage.LEADER_REVIEW, "hr1"),
        move(Move.RETURN, 2, Stage.DRAFTING, "hr2"),
        move(Move.RECALL, 2, Stage.DRAFTING, "p017"),
    )
    results = await asyncio.gather(*map(activities.move, moves), return_exceptions=True)
    assert sum(isinstance(result, StaleVersion) for result in results) == 2
    assert (await stand(database))[1] == 3
    assert (await rows(database))["ledger"] == 3


async def test_a_command_id_that_stands_for_another_move_is_refused(
    activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    await activities.move(move(Move.RECALL, 2, Stage.DRAFTING, "p017", key="same").model_copy())
    again = move(Move.RECALL, 2, Stage.DRAFTING, "p017", key="same")
    changed = again.model_copy(update={"command": again.command.model_copy(update={"move": Move.CLOSE})})
    await refused(activities.move(changed), KeyReused)


@pytest.mark.parametrize(
    ("kind", "actor", "kind_of_refusal"),
    [(Move.APPROVE, "p017", OwnPlan), (Move.RECALL, "hr1", NotYourMove)],
)
async def test_the_wrong_mover_is_refused_also_here(
    activities: PlansActivitiesImpl, course: Course, kind: Move, actor: str, kind_of_refusal: type[Exception]
) -> None:
    await course.submitted()
    await refused(activities.move(move(kind, 2, Stage.LEADER_REVIEW, actor)), kind_of_refusal)


@pytest.mark.parametrize(
    "grants",
    [(), (RoleGrant(role=Role.HR, departments=("lab",)),), (Role.AUDITOR,)],
    ids=["no role", "another scope", "another role"],
)
@pytest.mark.parametrize("kind", [Move.EXEMPT, Move.CANCEL])
async def test_who_lost_the_right_to_end_a_plan_ends_it_no_more_by_an_older_command(
    database: Database,
    activities: PlansActivitiesImpl,
    course: Course,
    kind: Move,
    grants: tuple[Role | RoleGrant, ...],
) -> None:
    await course.submitted()
    before = await rows(database)
    async with database.transaction() as connection:
        changed = person("hr1", "company", *grants).model_copy(update={"version": 2})
        await ORG.keep(connection, PersonChanged(person=changed))
    command = move(kind, 2, Stage.CANCELLED, "hr1")
    assert (await refused(activities.move(command), Forbidden)).details == {"needs": "hr_reviewer"}
    assert await rows(database) == before


async def test_a_plan_that_was_ended_stays_so_and_is_answered_after_the_right_is_lost(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    command = move(Move.CANCEL, 2, Stage.CANCELLED, "hr1")
    first = await activities.move(command)
    async with database.transaction() as connection:
        changed = person("hr1", "company").model_copy(update={"version": 2})
        await ORG.keep(connection, PersonChanged(person=changed))
    assert await activities.move(command) == first


async def test_the_final_notice_tells_the_score_that_was_confirmed(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.closed()
    scored = move(Move.CLOSE, 5, Stage.SCORED, "p017", key="close-for-good")
    points = Points(total=Decimal("92.5"), band="excellent")
    await activities.move(scored.model_copy(update={"score": points}))
    await activities.move(move(Move.CONFIRM, 6, Stage.SCORED, "p017"))
    await activities.move(move(Move.CONFIRM, 7, Stage.FINAL, "boss1"))
    (notice,) = (await told(database, StageEntered))[-1]["notices"]
    shown = render(Notice.model_validate(notice), Organisation(today=None))
    assert {"最终得分：92.5", "等级：优秀"} <= set(shown.lines)


async def test_the_ledger_has_a_line_for_every_version_and_its_chain_is_whole(
    database: Database, course: Course
) -> None:
    await course.closing()
    async with database.transaction() as connection:
        lines = await ledger.lines(connection, PLAN.plan_id)
        row = await plans.lock(connection, PLAN.plan_id)
    assert [line.to_stage.value for line in lines] == [
        "drafting",
        "hr_review",
        "leader_review",
        "tracking",
        "closing",
    ]
    assert first_broken(lines) is None
    assert (row.version, row.ledger_hash) == (5, lines[-1].hash)


async def test_a_move_within_a_stage_leaves_its_deadline_and_does_not_enter_it_anew(
    database: Database, activities: PlansActivitiesImpl, course: Course
) -> None:
    await course.submitted()
    async with database.transaction() as connection:
        before = await plans.lock(connection, PLAN.plan_id)
    await activities.move(move(Move.CONFIRM, 2, Stage.HR_REVIEW, "hr1"))
    async with database.transaction() as connection:
        after = await plans.lock(connection, PLAN.plan_id)
    assert (before.version, after.version) == (2, 3)
    assert (after.entered_at, after.deadline) == (before.entered_at, before.deadline)
    assert after.deadline is not None
