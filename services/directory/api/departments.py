"""Departments over HTTP, one at a time, and whole organisations in one go."""

from collections.abc import Collection

from fastapi import APIRouter, Response

from services.directory.api import rights
from services.directory.api.answers import (
    NEEDS_COMPANY,
    NEEDS_HR,
    SeenIfAny,
    allow,
    as_errors,
    check_seen,
    refuse,
    refuse_all,
)
from services.directory.api.values import Counts, ImportBody, Imported, unreadable
from services.directory.domain.organisation import Register, Wanted, problems, revised
from services.directory.store import register
from services.directory.store.organisation import CurrentOrganisation
from shared.contracts.organisation import Department, DepartmentFacts, Person
from shared.contracts.refusals import (
    Cycle,
    Forbidden,
    NotFound,
    Unknown,
)
from shared.contracts.values import Code
from shared.org.access import Principal
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage, DryRun, etag
from shared.web.paging import Page, PageWanted


class DepartmentsApi:
    """The routes of departments and of the whole organisation."""

    def __init__(self, database: Database, organisation: CurrentOrganisation) -> None:
        self._database = database
        self._organisation = organisation

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(tags=["departments"])
        routes.add_api_route("/departments", self.departments, methods=["GET"])
        routes.add_api_route("/departments/{id}", self.department, methods=["GET"])
        routes.add_api_route(
            "/departments/{id}",
            self.put_department,
            methods=["PUT"],
            responses={201: {"model": Department}},
            openapi_extra=refuses(Forbidden, Unknown, Cycle),
        )
        routes.add_api_route(
            "/organisation", self.import_organisation, methods=["POST"], openapi_extra=refuses(Forbidden)
        )
        return routes

    async def departments(self, caller: Caller, wanted: PageWanted) -> Page[Department]:
        """List the departments by id."""
        async with self._database.transaction() as connection:
            found = await register.page_of_departments(
                connection, after="".join(wanted.after), limit=wanted.limit + 1
            )
        return wanted.page(found, lambda department: (department.id,))

    async def department(self, id: Code, caller: Caller, response: Response) -> Department:
        """One department."""
        async with self._database.transaction() as connection:
            found = await register.department(connection, id)
        if found is None:
            raise NotFound(what="department")
        response.headers["ETag"] = etag(found.version)
        return found

    async def put_department(
        self,
        id: Code,
        body: DepartmentFacts,
        caller: Caller,
        language: CallerLanguage,
        seen: SeenIfAny,
        response: Response,
    ) -> Department:
        """Add or change a department. The same again changes nothing."""
        department = Department(id=id, **dict(body))
        wanted = Wanted(departments=(department,))
        async with self._database.transaction() as connection:
            before = await register.load_to_change(connection)
            known = before.departments.get(id)
            allow(rights.may_write_department(caller, known, department), NEEDS_HR)
            check_seen(seen, known.version if known else 0)
            refuse(problems(before, wanted), language, root=2)
            change = revised(before, wanted)
            await register.save(connection, change)
        self._organisation.forget()
        stored = before.after(change).departments[id]
        response.status_code = 200 if known else 201
        response.headers["ETag"] = etag(stored.version)
        return stored

    async def import_organisation(
        self,
        body: ImportBody,
        caller: Caller,
        language: CallerLanguage,
        dry_run: DryRun = False,
    ) -> Imported:
        """Import departments and people, all of them or none.

        Every error in any entry is reported at once. ``dry_run`` only checks.
        """
        allow(rights.may_run_company(caller), NEEDS_COMPANY)
        wanted = body.wanted()
        malformed = unreadable("departments", body.departments) + unreadable("people", body.people)
        async with self._database.transaction() as connection:
            before = await register.load_to_change(connection)
            refuse_all([*malformed, *as_errors(problems(before, wanted), language)])
            allow(_may_write_all(caller, before, wanted), NEEDS_COMPANY)
            change = revised(before, wanted)
            if not dry_run:
                await register.save(connection, change)
        self._organisation.forget()
        return Imported(
            departments=_counts(body.departments, change.departments, before.departments),
            people=_counts(body.people, change.people, before.people),
            dry_run=dry_run,
        )


def _may_write_all(caller: Principal, before: Register, wanted: Wanted) -> bool:
    return all(
        rights.may_write_person(caller, before.people.get(person.id), person)
        for person in wanted.people
        if isinstance(person, Person)
    ) and all(
        rights.may_write_department(caller, before.departments.get(department.id), department)
        for department in wanted.departments
        if isinstance(department, Department)
    )


def _counts(
    sent: Collection[object], changed: Collection[Department | Person], before: Collection[str]
) -> Counts:
    created = sum(entry.id not in before for entry in changed)
    return Counts(created=created, changed=len(changed) - created, unchanged=len(sent) - len(changed))
