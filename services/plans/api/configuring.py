"""Templates, the cycle policy, and the opening of a month."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path

from services.plans.api.rights import require
from services.plans.api.shapes import MonthOpened, MonthOpening, PublishedTemplate, TemplateBody
from services.plans.domain.lint.linter import unknown_rules
from services.plans.domain.opening import Problem, month_problems, people_problems
from services.plans.domain.templates import effective
from services.plans.store import plans, templates
from shared.contracts.calendar import CyclePolicy
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import OpenMonthInput
from shared.contracts.plan import Template
from shared.contracts.refusals import (
    Duplicate,
    EngineDown,
    Forbidden,
    Invalid,
    NotFound,
    Unknown,
    field_error,
)
from shared.contracts.values import Code, Month
from shared.engine.lifecycle_client import LifecycleClient
from shared.org.access import Action
from shared.org.copy import OrgCache
from shared.org.organisation import Organisation
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, DryRun
from shared.web.paging import Page, PageWanted

PATIENCE = 2.0
"""Seconds given to news of the directory that is on its way before a name counts as unknown."""

EVERYWHERE = timedelta(hours=12)
"""How long after midnight in UTC a day has ended in the last zone."""

DepartmentId = Annotated[Code, Path()]
MonthPath = Annotated[Month, Path()]


class Configuring:
    """What HR and administrators set; every change is a new version, and running plans keep theirs."""

    def __init__(
        self,
        database: Database,
        org: OrgCache,
        engine: LifecycleClient,
        *,
        company: str,
        allow_time_scale: bool,
    ) -> None:
        self._database = database
        self._org = org
        self._engine = engine
        self._company = company
        self._allow_time_scale = allow_time_scale

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["configuration"])
        router.add_api_route("/templates", self.templates)
        router.add_api_route("/templates/{department}", self.template)
        router.add_api_route(
            "/templates/{department}",
            self.publish,
            methods=["PUT"],
            openapi_extra=refuses(Forbidden, Unknown),
        )
        router.add_api_route("/policies/cycle", self.policy)
        router.add_api_route(
            "/policies/cycle", self.publish_policy, methods=["PUT"], openapi_extra=refuses(Forbidden)
        )
        router.add_api_route(
            "/months/{month}/open",
            self.open_month,
            methods=["POST"],
            status_code=202,
            openapi_extra=refuses(Forbidden, Unknown, Duplicate, EngineDown),
        )
        return router

    async def templates(self, caller: Caller, paging: PageWanted) -> Page[PublishedTemplate]:
        """List the newest template of every department that has its own."""
        after = paging.after[0] if paging.after else ""
        async with self._database.transaction() as connection:
            found = await templates.published(connection, after=after, limit=paging.limit + 1)
        page = paging.page(found, lambda one: (one.template.department,))
        return Page(items=PublishedTemplate.each(page.items), next=page.next)

    async def template(self, caller: Caller, department: DepartmentId) -> Template:
        """The template in force for a department. It is its own, or that of the nearest department above."""
        chain = [one.id for one in caller.organisation.chain(department)] or [department]
        async with self._database.transaction() as connection:
            found = effective(chain, await templates.newest(connection, chain))
        if found is None:
            raise NotFound(what="template")
        return found

    async def publish(
        self, caller: Caller, department: DepartmentId, body: TemplateBody, dry_run: DryRun = False
    ) -> Template:
        """Publish the next version of a department's template. Running plans keep theirs."""
        require(caller, Action.CONFIGURE_TEMPLATES, department)
        _require_sound(body, department)
        known = _has_department(department)
        await self._known(known, "department", "department", patience=0 if dry_run else PATIENCE)
        template = Template.model_validate(body.model_dump() | {"department": department})
        if dry_run:
            return template
        async with self._database.transaction() as connection:
            return await templates.publish(connection, template, caller.id)

    async def policy(self, caller: Caller) -> CyclePolicy:
        """The deadlines and reminders with which the next month is opened."""
        async with self._database.transaction() as connection:
            return await templates.newest_policy(connection)

    async def publish_policy(self, caller: Caller, body: CyclePolicy, dry_run: DryRun = False) -> CyclePolicy:
        """Publish the deadlines and reminders of coming months. Running plans keep theirs.

        ``version`` in the body is not read.
        """
        require(caller, Action.RUN_CYCLE)
        if dry_run:
            return body
        async with self._database.transaction() as connection:
            return await templates.publish_policy(connection, body, caller.id)

    async def open_month(
        self, caller: Caller, month: MonthPath, body: MonthOpening | None = None
    ) -> MonthOpened:
        """Open the plans of a month for everybody, or for the late joiners named."""
        require(caller, Action.RUN_CYCLE)
        wish = body or MonthOpening()
        if wish.scale is not None and not self._allow_time_scale:
            raise Forbidden(needs="ALLOW_TIME_SCALE")
        if wish.scale is None:
            _require(month_problems(month, (datetime.now(UTC) - EVERYWHERE).date()))
        await self._require_planners(month, wish.people)
        await self._require_new(month, wish.people)
        request = OpenMonthInput(company=self._company, month=month, people=wish.people, scale=wish.scale)
        return MonthOpened(month=month, workflow_id=await self._engine.open_month(request))

    async def _require_planners(self, month: str, people: tuple[str, ...]) -> None:
        """Raises Unknown for a person nobody knows, Invalid for those who write no plan in the month."""
        for index, person in enumerate(people):
            await self._known(_has_person(person), "person", f"people[{index}]")
        with suppress(TimeoutError):
            await self._settled(lambda org: not people_problems(org, month, people))
        _require(people_problems(await self._org.get(), month, people))

    async def _require_new(self, month: str, people: tuple[str, ...]) -> None:
        """Raises Duplicate for a person whose plan for their home department exists."""
        organisation = await self._org.get()
        async with self._database.transaction() as connection:
            for person in people:
                home = organisation.people[person].department
                ref = PlanRef(company=self._company, month=month, person=person, department=home)
                if await plans.stage_of(connection, ref.plan_id) is not None:
                    raise Duplicate(what="plan", id=ref.plan_id)

    async def _known(
        self, known: Callable[[Organisation], bool], what: str, path: str, *, patience: float = PATIENCE
    ) -> None:
        """Wait a moment for what the directory has just told; raises Unknown when it does not come."""
        try:
            await self._settled(known, patience)
        except TimeoutError:
            raise Unknown(what=what, path=path) from None

    async def _settled(self, known: Callable[[Organisation], bool], patience: float = PATIENCE) -> None:
        """Return when it is known; raises TimeoutError."""
        deadline = time.monotonic() + patience
        while not known(await self._org.get()):
            if time.monotonic() >= deadline:
                raise TimeoutError
            await asyncio.sleep(0.1)


def _require(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(errors=problems)


def _has_department(department: str) -> Callable[[Organisation], bool]:
    return lambda organisation: organisation.department(department) is not None


def _has_person(person: str) -> Callable[[Organisation], bool]:
    return lambda organisation: organisation.person(person) is not None


def _require_sound(template: TemplateBody, department: str) -> None:
    """Raises Invalid when the body is for another department or speaks of rules that do not exist."""
    errors = [
        field_error(f"severities.{code}", "rule", "field.template.rule") for code in unknown_rules(template)
    ]
    if template.department not in ("", department):
        errors.append(field_error("department", "path", "field.path_differs"))
    if errors:
        raise Invalid(errors=errors)
