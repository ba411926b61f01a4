"""Scores as their readers see them: the list under their row rights, and one with its explanation."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.scoring.api import views
from services.scoring.api.rights import may_read, ref_of
from services.scoring.api.shapes import ScoreDetail, ScoreItem
from services.scoring.store import rungs, scores
from services.scoring.store.scores import ListWanted, ScoreRow
from shared.contracts.refusals import NotFound
from shared.contracts.values import Code, Month
from shared.org.access import visible
from shared.store.db import Database
from shared.web.http import Caller, CallerLanguage, PlanInPath, etag
from shared.web.paging import Page, PageWanted


class Reading:
    """The reads of the scoring API."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["scores"])
        router.add_api_route("/scores", self.scores)
        router.add_api_route("/scores/{plan_id}", self.score)
        return router

    async def scores(
        self,
        caller: Caller,
        paging: PageWanted,
        month: Annotated[Month | None, Query()] = None,
        department: Annotated[Code | None, Query()] = None,
    ) -> Page[ScoreItem]:
        """List the newest scores that the caller may see. A department includes the departments below it."""
        wanted = ListWanted(
            among=visible(caller),
            month=month,
            departments=caller.organisation.below(department) if department else None,
            after=paging.after[0] if paging.after else "",
            limit=paging.limit + 1,
        )
        async with self._database.autocommit() as connection:
            found = await scores.page(connection, wanted)
        page = paging.page(found, _key)
        return Page(items=[views.item(row) for row in page.items], next=page.next)

    async def score(
        self, caller: Caller, plan_id: PlanInPath, language: CallerLanguage, response: Response
    ) -> ScoreDetail:
        """The score of a plan with every step of its calculation.

        A confirmation or a dispute sends the ETag in If-Match.
        """
        async with self._database.autocommit() as connection:
            row = await scores.newest(connection, ref_of(plan_id).plan_id)
            if row is None or not may_read(caller, row):
                raise NotFound(what="score")
            given = await scores.answers_of(connection, plan_id, row.score.version)
            fired = await rungs.fired_for(connection, plan_id)
        response.headers["ETag"] = etag(row.version)
        return views.detail(caller.organisation, row, given, fired, language)


def _key(row: ScoreRow) -> tuple[str, ...]:
    return (row.score.plan.plan_id,)
