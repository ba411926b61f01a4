"""Rows of a real database, damaged by hand: exactly the invariant in question complains."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text

from monthline.audit import rows
from monthline.audit.facts import COPYING, Copy, Facts, Lifecycle
from monthline.audit.invariants import broken, judge
from monthline.audit.reading import merge
from monthline.registry import SERVICES
from services.directory.domain.organisation import Change
from services.directory.store import register
from services.directory.store.tables import OUTBOX as directory_outbox
from services.plans.activities import PlansActivitiesImpl
from services.plans.domain.ledger import LedgerLine, chained
from services.plans.store import ledger, plans
from services.plans.store.tables import ORG
from services.plans.store.tables import OUTBOX as plans_outbox
from shared.contracts.words import Milestone, Move, Stage
from shared.org.copy import OrgCache
from shared.store.db import Database, together
from tests.integration.plans.company import DEPARTMENTS, PEOPLE, settle_in
from tests.integration.plans.lifecycle import Course, move
from tests.unit.services.plans.build import PLAN

Look = Callable[[], object]
DEAD = "insert into notify.dead_letter (consumer, event_id, subject, body, error, attempts)"
COMMAND = "insert into plans.command (id, actor, plan_id, status, received_at)"
DELIVERY = "insert into notify.delivery (channel, lane, target, event_id, subject, state, next_at)"
DELEGATION = (
    "insert into directory.delegation values"
    " ('d1', 'hr1', 'p018', now(), now() + interval '1 day', '{hr_review_due}', '{}', false, 1)"
)
RUNG = (
    "insert into plans.rung"
    " (plan_id, milestone, plan_version, rung, deadline_local, deadline, due, outcome, told)"
    " select id, 'draft_due', 1, 'due', '', '{}', now() + interval '1 hour', 'sent', '[]' from plans.plan"
)
DAMAGES = [
    ("I1", f"{COMMAND} values ('p017:lost', 'p017', '{PLAN.plan_id}', 'applied', now())"),
    ("I2", "update plans.plan set version = version + 1"),
    ("I3", "update plans.plan set stage = 'tracking'"),
    ("I4", f"{COMMAND} values ('p017:late', 'p017', '{PLAN.plan_id}', 'pending', now() - interval '3 min')"),
    ("I6", "update plans.outbox set written_at = now() - interval '1 hour'"),
    ("I6", "delete from plans.outbox where (body->'data'->>'version')::int = 3"),
    ("I6", f"{DELIVERY} values ('mail', 'mail', 'p017', 'e1', 'monthline.x', 'failed', null)"),
    ("I7", RUNG),
    ("I8", f"{DEAD} values ('notify-events', 'e1', 'monthline.x', '', 'Poison', 1)"),
    ("I8", "insert into notify.inbox values ('notify-events', 'e1', now(), 'skipped', 'monthline.x')"),
    ("I10", "update plans.ledger set note = 'another reason' where version = 2"),
]


@pytest.fixture
async def all_databases(databases: Callable[[str], Database]) -> dict[str, Database]:
    """Every service's database: a plan that was submitted and recalled, nothing else."""
    opened = {service: databases(service) for service in SERVICES}
    await settle_in(opened["plans"])
    course = Course(
        opened["plans"], PlansActivitiesImpl(opened["plans"], OrgCache(opened["plans"], ORG, age=0))
    )
    await course.submitted()
    await course.activities.move(move(Move.RECALL, 2, Stage.DRAFTING, "p017"))
    return opened


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[Database]:
    """The database as its owner, who may do what no service may."""
    opened = Database(owner_url, pool=1)
    yield opened
    await opened.close()


async def violated(all_databases: dict[str, Database]) -> list[str]:
    """The invariants that the rows break; the engine and the copies, which are not here, believe the rows."""
    found: dict[str, object] = {}
    for service, database in all_databases.items():
        merge(found, await rows.read(database, service))
    facts = Facts(**found)  # type: ignore[arg-type]
    running = tuple(Lifecycle(plan.id, plan.stage, plan.version) for plan in facts.plans)
    copies = tuple(
        Copy(service, plan.id, plan.stage, plan.version) for service in COPYING for plan in facts.plans
    )
    return list(broken(judge(Facts(**(found | {"lifecycles": running, "copies": copies})))))  # type: ignore[arg-type]


async def test_sound_rows_break_nothing(all_databases: dict[str, Database]) -> None:
    assert await violated(all_databases) == []


@pytest.mark.parametrize(("code", "damage"), DAMAGES)
async def test_a_row_damaged_by_hand_breaks_exactly_its_invariant(
    all_databases: dict[str, Database], owner: Database, code: str, damage: str
) -> None:
    async with owner.transaction() as connection:
        # What no trigger of the database sees: somebody with the owner's password.
        await connection.execute(text("set local session_replication_role = replica"))
        await connection.execute(text(damage))
    assert await violated(all_databases) == [code]


async def test_a_line_that_only_its_author_could_have_written_breaks_the_rights(
    all_databases: dict[str, Database], owner: Database
) -> None:
    async with owner.transaction() as connection:
        plan = await plans.lock(connection, PLAN.plan_id)
        said = LedgerLine(
            plan_id=plan.id,
            version=plan.version + 1,
            command_id="hr1:forged",
            move=Move.SUBMIT,
            actor="hr1",
            from_stage=plan.stage,
            to_stage=Stage.HR_REVIEW,
            at=plan.moment,
        )
        line = chained(plan.ledger_hash, said)
        entering = plans.Entering(Stage.HR_REVIEW, plan.deadline, plan.revision, line)
        await together(connection, row=plans.entered(plan, entering), line=ledger.appended(line))
    # Who forges a line forgets the event that a service would have written with it.
    assert await violated(all_databases) == ["I6", "I9"]


async def test_the_organisation_is_read_with_what_has_changed_in_it_and_who_has_heard(
    all_databases: dict[str, Database],
) -> None:
    directory, plans_ = all_databases["directory"], all_databases["plans"]
    async with directory.transaction() as connection:
        await register.save(connection, Change(departments=DEPARTMENTS, people=PEOPLE))
        await connection.execute(text(DELEGATION))
        await connection.execute(
            text("insert into directory.absence values ('a1', 'p017', now(), now(), false, 1)")
        )
        [letter, *_] = await directory_outbox.waiting(connection, 1)
    async with plans_.transaction() as connection:
        await plans_outbox.taken_first(connection, "plans-org", [str(letter.id)])
    found = Facts(**(await rows.read(directory, "directory") | await rows.read(plans_, "plans")))
    assert {one.id: one for one in found.people} == {one.id: one for one in PEOPLE}
    assert {one.id: one for one in found.departments} == {one.id: one for one in DEPARTMENTS}
    assert [(one.giver, one.steps) for one in found.delegations] == [("hr1", (Milestone.HR_REVIEW_DUE,))]
    assert [one.person for one in found.absences] == ["p017"]
    told = {(change.kind, change.id) for change in found.changes}
    assert told == {("department", d.id) for d in DEPARTMENTS} | {("person", p.id) for p in PEOPLE}
    assert list(found.heard["plans"]) == [str(letter.id)]
    assert {plan.department for plan in found.plans} == {"east"}


async def test_an_audit_can_change_nothing(all_databases: dict[str, Database]) -> None:
    async with all_databases["plans"].transaction() as connection:
        await connection.execute(text(rows.SNAPSHOT))
        with pytest.raises(Exception, match="read-only"):
            await connection.execute(text("delete from plans.inbox"))
