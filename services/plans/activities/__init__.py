"""What the plan service does for the lifecycle, one transaction each."""

from services.plans.activities import transaction_steps as steps
from services.plans.domain.rungs import addressed
from services.plans.domain.versions import require_version
from services.plans.store import drafts, plans, progress, rungs, templates
from shared.contracts.calendar import CyclePolicy
from shared.contracts.lifecycle import Moved
from shared.contracts.plan import ClosedPlan, Position, Submission
from shared.contracts.plans import (
    ClosePlan,
    GetCyclePolicy,
    GetSubmission,
    MovePlan,
    OpenPlan,
    PlansActivities,
    SubmitPlan,
    Submitted,
)
from shared.contracts.refusals import WrongStage
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.words import RungOutcome, Stage
from shared.ladder.recipients import present
from shared.org.copy import OrgCache
from shared.store.db import Database


class OrganisationBehind(Exception):
    """The copy of the organisation has not been told of a department yet; trying again will help."""


class PlansActivitiesImpl(PlansActivities):
    """Carries out the activities on one database; ``org`` says who is who."""

    def __init__(self, database: Database, org: OrgCache) -> None:
        self._database = database
        self._org = org

    async def cycle_policy(self, request: GetCyclePolicy) -> CyclePolicy:
        """The newest policy, whatever the month: policies hold from when they are published."""
        async with self._database.transaction() as connection:
            return await templates.newest_policy(connection)

    async def open(self, request: OpenPlan) -> Position:
        """Open a plan with the template that is the department's at this moment.

        Raises:
            Unknown: neither the department nor any above it has a template.
            OrganisationBehind: the department or one above it has not been told yet.
        """
        chain = await self._chain(request.given.plan.department)
        async with self._database.transaction() as connection:
            found = await steps.position(connection, request)
            opened = found or await steps.open_new(connection, request, chain)
            # Nothing opened and nothing found before: another transaction opened it in between.
            return opened or await steps.position_again(connection, request)

    async def submit(self, request: SubmitPlan) -> Submitted:
        """Lint, freeze and move in one transaction.

        Raises:
            Blocked: the draft breaks its template; ``findings`` are all of them.
            StaleVersion: the plan has moved, or the draft was edited, since the author saw it.
        """
        command = request.command
        async with self._database.transaction() as connection:
            plan = await plans.lock(connection, command.plan.plan_id)
            before = await steps.moved_before(connection, plan, command)
            if before is not None:
                kept = await drafts.submitted_at_version(connection, plan.id, before.version)
                return Submitted(moved=before, submission=kept)
            await steps.require_mover(connection, plan, command)
            submission = await steps.submission_of(connection, plan, command)
            facts = steps.facts_of(plan, command, Stage.HR_REVIEW, request.deadline)
            await steps.enter(connection, plan, facts, submission)
            return Submitted(moved=facts.moved, submission=submission)

    async def submission(self, request: GetSubmission) -> Submission:
        """The newest revision; raises NotFound when nothing was submitted."""
        async with self._database.transaction() as connection:
            return (await drafts.revision(connection, request.plan.plan_id)).submission

    async def move(self, request: MovePlan) -> Moved:
        """Move a plan from the version its mover has seen; raises StaleVersion from any other."""
        command = request.command
        async with self._database.transaction() as connection:
            plan = await plans.lock(connection, command.plan.plan_id)
            before = await steps.moved_before(connection, plan, command)
            if before is not None:
                return before
            await steps.require_mover(connection, plan, command)
            score = await steps.score_of(connection, plan, request)
            facts = steps.facts_of(plan, command, request.stage, request.deadline, score)
            await steps.enter(connection, plan, facts)
            return facts.moved

    async def close(self, request: ClosePlan) -> ClosedPlan:
        """Freeze the figures of a plan in closing; progress is not taken any more after it.

        Raises:
            StaleVersion: the plan is at another version.
            WrongStage: the plan is not in closing.
        """
        async with self._database.transaction() as connection:
            plan = await plans.lock(connection, request.plan.plan_id)
            if plan.frozen_version == request.plan_version:
                return await progress.closed_at_version(connection, plan.id, request.plan_version)
            require_version(request.plan_version, plan.version, plan.stage)
            if plan.stage is not Stage.CLOSING:
                raise WrongStage(stage=plan.stage.value, move="close")
            closed = await steps.figures(connection, plan)
            await steps.keep_figures(connection, plan, closed)
            return closed

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record a rung and name who hears of it; nothing is recorded for who has acted already."""
        organisation = await self._org.get()
        meant = addressed(request.rung, request.plan.person, request.plan.department, organisation)
        outcome, told = present(organisation, meant, request.local_date)
        async with self._database.transaction() as connection:
            plan = await plans.lock(connection, request.plan.plan_id)
            before = await rungs.fired(connection, request)
            if before is not None:
                return before
            if await steps.has_acted(connection, plan, request):
                return FiredRung(outcome=RungOutcome.ACTED)
            if outcome is not RungOutcome.POSTPONED:
                await steps.keep_rung(connection, request, outcome, told)
            return FiredRung(outcome=outcome, recipients=steps.names(told))

    async def _chain(self, department: str) -> tuple[str, ...]:
        """The department and those above it; raises OrganisationBehind when one is not known yet."""
        chain = tuple((await self._org.get()).chain(department))
        if not chain or chain[-1].parent is not None:
            raise OrganisationBehind(department)
        return tuple(one.id for one in chain)
