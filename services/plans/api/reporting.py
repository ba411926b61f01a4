"""Progress: recording entries, and how a plan stands by them."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from services.plans.api.rights import readable, ref_of, require_author
from services.plans.api.shapes import EntryView, NewProgress, ProgressView
from services.plans.domain.progress import Problem, problems, report, require_room
from services.plans.domain.stages import require_reporting
from services.plans.store import drafts, progress
from services.plans.store.plans import PlanRow
from services.plans.store.progress import Facts, Report
from services.plans.store.tables import OUTBOX
from shared.contracts.events import ProgressRecorded
from shared.contracts.ids import PlanRef
from shared.contracts.refusals import (
    Full,
    Invalid,
    KeyReused,
    NotYourMove,
    WrongStage,
)
from shared.contracts.words import Language
from shared.locale.catalogue import text
from shared.store.db import Connection, Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage, IdempotencyKey, PlanInPath
from shared.web.paging import Page


class Reporting:
    """Entries are appended in one transaction; nothing of it waits for the engine or the bus."""

    def __init__(self, database: Database, *, by_the_clock: bool) -> None:
        """``by_the_clock`` says that every plan's calendar shows what the clock shows: no trial run."""
        self._database = database
        self._by_the_clock = by_the_clock

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["progress"])
        path = "/plans/{plan_id}/progress"
        router.add_api_route(
            path,
            self.record,
            methods=["POST"],
            status_code=201,
            openapi_extra=refuses(NotYourMove, WrongStage, Full),
        )
        router.add_api_route(path, self.progress)
        return router

    async def record(
        self,
        caller: Caller,
        plan_id: PlanInPath,
        body: NewProgress,
        key: IdempotencyKey,
        language: CallerLanguage,
    ) -> Page[EntryView]:
        """Report progress of the caller's plan. All entries are kept or none; a key keeps them once."""
        ref = ref_of(plan_id)
        wish = Report(ref.plan_id, caller.id, key, _digest(ref, body))
        async with self._database.transaction() as connection:
            facts = await progress.lock(connection, wish)
            require_author(caller, facts.plan, "progress")
            earlier = await _earlier(connection, wish) if facts.known else None
            if earlier is not None:
                return earlier
            self._require_taken(facts, body, ref, language)
            recorded = await progress.record(connection, wish, body.entries)
            if recorded is None:
                return await _earlier(connection, wish) or Page(items=[])
            told = (ProgressRecorded(plan=ref, item=one.entry.item, entry=one.number) for one in recorded)
            await OUTBOX.tell(connection, *told)
        return Page(items=EntryView.each(recorded))

    def _require_taken(self, facts: Facts, body: NewProgress, ref: PlanRef, language: Language) -> None:
        """Raises WrongStage, Full or Invalid unless these entries may be added now."""
        plan = facts.plan
        require_reporting(plan.stage, frozen=plan.frozen_version is not None)
        require_room(facts.entries, len(body.entries))
        # A plan that is tracked has been submitted.
        assert facts.content is not None
        _require_sound(problems(facts.content, body.entries, ref.month, self._today(plan)), language)

    def _today(self, plan: PlanRow) -> date | None:
        return plan.moment.astimezone(ZoneInfo(plan.zone)).date() if self._by_the_clock else None

    async def progress(self, caller: Caller, plan_id: PlanInPath) -> ProgressView:
        """The progress of a plan: every entry, oldest first, and the completion of each category."""
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
            reported = await progress.of_plan(connection, plan.id)
            newest = await drafts.revision(connection, plan.id) if plan.revision else None
        stand = report(newest.submission.content, newest.submission.categories, reported) if newest else ()
        return ProgressView(entries=EntryView.each(reported), report=stand)


def _digest(ref: PlanRef, body: NewProgress) -> str:
    said = {"plan": ref.plan_id, "body": body.model_dump(mode="json", exclude_defaults=True)}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


async def _earlier(connection: Connection, wish: Report) -> Page[EntryView] | None:
    """What was recorded under this key before; raises KeyReused when that was another request."""
    found = await progress.recorded_under(connection, wish.author, wish.key)
    if found is None:
        return None
    if found.request_hash != wish.request_hash:
        raise KeyReused()
    return Page(items=EntryView.each(found.entries))


def _require_sound(found: Sequence[Problem], language: Language) -> None:
    """Raises Invalid with everything that is wrong in the entries, at once."""
    if found:
        raise Invalid(
            errors=[
                {
                    "path": one.path,
                    "code": one.code,
                    "message": text(f"field.{one.code}", language, **one.parameters),
                }
                for one in found
            ]
        )
