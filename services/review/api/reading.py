"""The reviews that wait, and one plan's review with all that belongs to it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from services.review.api import views
from services.review.api.paths import plan_named
from services.review.api.rights import may_read
from services.review.api.shapes import ReviewDetail, WaitingItem
from services.review.domain.approvers import Resolver
from services.review.domain.rounds import Round
from services.review.store import dossier
from services.review.store.waiting import Place, waiting
from shared.contracts.refusals import NotFound
from shared.contracts.values import Month
from shared.org.access import visible
from shared.store.db import Database
from shared.web.http import Caller, CallerLanguage, PlanInPath, etag
from shared.web.paging import Page, PageWanted, cursor_refused


class Reading:
    """The reads of the review API; each caller sees what their rights or their turn to decide give."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["reviews"])
        router.add_api_route("/reviews", self.reviews)
        router.add_api_route("/reviews/{plan_id}", self.review)
        return router

    async def reviews(
        self,
        caller: Caller,
        paging: PageWanted,
        month: Annotated[Month | None, Query()] = None,
        waiting_for: Annotated[Literal["me", "all"], Query(alias="waiting")] = "me",
    ) -> Page[WaitingItem]:
        """List the plans that wait for a review: those the caller can decide, or all the caller may see."""
        resolver = Resolver(caller.organisation, datetime.now(UTC))
        mine = waiting_for == "me"
        after = _place(paging.after)
        async with self._database.autocommit() as connection:
            found = await waiting(
                connection,
                month=month,
                after=after,
                among=None if mine else visible(caller),
                wanted=lambda each: not mine or resolver.right(each.question, caller.id) is not None,
                limit=paging.limit + 1,
            )
        page = paging.page(found, _key)
        items = [
            views.item(caller.organisation, each, resolver.right(each.question, caller.id))
            for each in page.items
        ]
        return Page(items=items, next=page.next)

    async def review(
        self, caller: Caller, plan_id: PlanInPath, language: CallerLanguage, response: Response
    ) -> ReviewDetail:
        """The review of one plan: its content, findings, comments and decisions.

        A decision sends the ETag in If-Match.
        """
        plan, at = plan_named(plan_id), datetime.now(UTC)
        async with self._database.autocommit() as connection:
            found = await dossier.load(connection, plan.plan_id)
        if found is None or not may_read(caller, found, at):
            raise NotFound(what="plan")
        if found.newest.waiting:
            response.headers["ETag"] = etag(found.newest.plan_version)
        return views.detail(caller, found, at, language)


def _key(round_: Round) -> tuple[str, ...]:
    return round_.deadline.instant.isoformat(), str(round_.id)


def _place(after: tuple[str, ...]) -> Place | None:
    if not after:
        return None
    try:
        due, number = after
        place = Place(datetime.fromisoformat(due), int(number))
    except ValueError:
        place = None
    if place is None or place.due.tzinfo is None or not 0 <= place.id < 2**63:
        raise cursor_refused()
    return place
