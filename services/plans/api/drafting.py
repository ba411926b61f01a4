"""Writing a draft, and asking the linter about it."""

from fastapi import APIRouter, Response

from services.plans.api.rights import readable, ref_of, require_author
from services.plans.api.shapes import Checked, DraftSaved
from services.plans.domain.lint.linter import blocking, lint
from services.plans.domain.shares import proposed
from services.plans.domain.stages import require_editable
from services.plans.domain.versions import require_content, require_version
from services.plans.store import drafts, plans
from services.plans.store.cases import case_of
from services.plans.store.tables import OUTBOX
from shared.contracts.events import DraftChanged
from shared.contracts.plan import PlanContent
from shared.contracts.refusals import NotYourMove, TooLarge, WrongStage
from shared.locale.findings import spoken
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage, PlanInPath, SeenVersion, etag

MOST_CONTENT = 256 * 1024
"""Bytes of a draft: what is submitted travels whole in events and activities, which end at 1 and 2 MiB."""


class Drafting:
    """The edits of the plan API: they change the draft, never the plan's stage or version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["drafts"])
        router.add_api_route(
            "/plans/{plan_id}/content",
            self.write,
            methods=["PUT"],
            openapi_extra=refuses(NotYourMove, WrongStage),
        )
        router.add_api_route("/plans/{plan_id}/check", self.check, methods=["POST"])
        return router

    async def write(
        self,
        caller: Caller,
        plan_id: PlanInPath,
        body: PlanContent,
        seen: SeenVersion,
        language: CallerLanguage,
        response: Response,
    ) -> DraftSaved:
        """Save the draft of the caller's plan. The same content again changes nothing."""
        if len(body.model_dump_json().encode()) > MOST_CONTENT:
            raise TooLarge()
        async with self._database.transaction() as connection:
            plan = await plans.lock(connection, ref_of(plan_id).plan_id)
            require_author(caller, plan, "edit")
            require_editable(plan.stage)
            require_version(seen.version, plan.version, plan.stage)
            draft = await drafts.read(connection, plan)
            version = draft.content_version
            if body != draft.content:
                require_content(seen.content_version, version, plan.stage)
                version = await drafts.write(connection, plan.id, body)
                await OUTBOX.tell(connection, DraftChanged(plan=plan.ref, content_version=version))
        response.headers["ETag"] = etag(plan.version, version)
        findings = spoken(lint(case_of(plan, draft, body)), language)
        return DraftSaved(version=plan.version, content_version=version, findings=findings)

    async def check(
        self, caller: Caller, plan_id: PlanInPath, language: CallerLanguage, body: PlanContent | None = None
    ) -> Checked:
        """Check a draft against its template: the content sent, or the saved draft when none is sent.

        Findings that block must be mended before the plan can be submitted.
        """
        async with self._database.transaction() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
            draft = await drafts.read(connection, plan)
        case = case_of(plan, draft, body)
        findings = lint(case)
        return Checked(
            blocked=bool(blocking(findings)),
            findings=spoken(findings, language),
            spread=proposed(case.content),
        )
