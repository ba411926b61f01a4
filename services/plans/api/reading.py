"""Plans as their readers see them: lists, single plans, ledgers, rungs and revisions."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.plans.api.rights import readable
from services.plans.api.shapes import (
    LedgerView,
    PlanSummary,
    PlanView,
    RevisionSummary,
    RevisionView,
    RungView,
)
from services.plans.store import details, drafts, ledger, plans, rungs
from services.plans.store.plans import ListedPlan, Wanted
from shared.contracts.values import Code, Month
from shared.contracts.words import Stage
from shared.org.access import Principal, visible
from shared.store.db import Database
from shared.web.http import Caller, CallerLanguage, PlanInPath, etag
from shared.web.paging import Page, PageWanted

RevisionNumber = Annotated[int, Path(ge=1, le=10**6)]


class Reading:
    """The reads of the plan API; each caller sees what their rights give."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["plans"])
        router.add_api_route("/plans", self.plans)
        router.add_api_route("/plans/{plan_id}", self.plan)
        router.add_api_route("/plans/{plan_id}/ledger", self.ledger)
        router.add_api_route("/plans/{plan_id}/rungs", self.rungs)
        router.add_api_route("/plans/{plan_id}/revisions", self.revisions)
        router.add_api_route("/plans/{plan_id}/revisions/{number}", self.revision)
        return router

    async def plans(
        self,
        caller: Caller,
        paging: PageWanted,
        month: Annotated[Month | None, Query()] = None,
        stage: Annotated[Stage | None, Query()] = None,
        department: Annotated[Code | None, Query()] = None,
        person: Annotated[Code | None, Query()] = None,
    ) -> Page[PlanSummary]:
        """List the plans that the caller may see. A department includes the departments below it."""
        wanted = _wanted(caller, month=month, stage=stage, department=department, person=person)
        after = paging.after[0] if paging.after else ""
        async with self._database.autocommit() as connection:
            found = await plans.page(connection, wanted, after=after, limit=paging.limit + 1)
        page = paging.page(found, _key)
        return Page(items=PlanSummary.each(page.items), next=page.next)

    async def plan(
        self, caller: Caller, plan_id: PlanInPath, language: CallerLanguage, response: Response
    ) -> PlanView:
        """One plan with its draft, deadline and findings. Edits and moves send its ETag in If-Match."""
        async with self._database.autocommit() as connection:
            found = await details.read(connection, await readable(connection, caller, plan_id))
        response.headers["ETag"] = etag(found.plan.version, found.content_version)
        return PlanView.model_validate(found, context=language)

    async def ledger(self, caller: Caller, plan_id: PlanInPath) -> Page[LedgerView]:
        """The history of a plan: every move, oldest first, chained by hashes."""
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
            lines = await ledger.lines(connection, plan.id)
        return Page(items=LedgerView.each(lines))

    async def rungs(self, caller: Caller, plan_id: PlanInPath) -> Page[RungView]:
        """The reminders and escalations sent for the author's deadlines, oldest first."""
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
            found = await rungs.of_plan(connection, plan.id)
        return Page(items=RungView.each(found))

    async def revisions(self, caller: Caller, plan_id: PlanInPath) -> Page[RevisionSummary]:
        """List the submitted revisions of a plan, oldest first."""
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
            found = await drafts.all_revisions(connection, plan.id)
        return Page(items=RevisionSummary.each(found))

    async def revision(
        self, caller: Caller, plan_id: PlanInPath, number: RevisionNumber, language: CallerLanguage
    ) -> RevisionView:
        """One submitted revision, with the findings at the time of submission."""
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
            found = await drafts.revision(connection, plan.id, number)
        return RevisionView.model_validate(found, context=language)


def _wanted(
    caller: Principal, *, month: str | None, stage: Stage | None, department: str | None, person: str | None
) -> Wanted:
    seen = visible(caller)
    return Wanted(
        month=month,
        stage=stage,
        person=person,
        departments=caller.organisation.below(department) if department else None,
        seen_departments=None if seen.everything else seen.departments,
        seen_people=seen.people,
    )


def _key(listed: ListedPlan) -> tuple[str, ...]:
    return (listed.plan.id,)
