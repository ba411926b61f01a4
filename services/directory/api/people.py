"""People over HTTP: who the caller is, who works here, and what is said of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.directory.api import rights
from services.directory.api.answers import NEEDS_HR, SeenIfAny, allow, check_seen, refuse
from services.directory.api.values import Me, PersonView
from services.directory.domain.organisation import Wanted, problems, revised
from services.directory.store import register
from services.directory.store.organisation import CurrentOrganisation
from shared.contracts.organisation import Person, PersonFacts
from shared.contracts.refusals import (
    Cycle,
    Forbidden,
    NotFound,
    Unknown,
)
from shared.contracts.values import Code
from shared.org.access import Principal, visible
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage, etag
from shared.web.paging import Page, PageWanted


class PeopleApi:
    """The routes of people."""

    def __init__(self, database: Database, organisation: CurrentOrganisation) -> None:
        self._database = database
        self._organisation = organisation

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(tags=["people"])
        routes.add_api_route("/me", self.me, methods=["GET"])
        routes.add_api_route("/people", self.people, methods=["GET"])
        routes.add_api_route("/people/{id}", self.person, methods=["GET"])
        routes.add_api_route(
            "/people/{id}",
            self.put_person,
            methods=["PUT"],
            responses={201: {"model": PersonView}},
            openapi_extra=refuses(Forbidden, Unknown, Cycle),
        )
        return routes

    async def me(self, caller: Caller) -> Me:
        """The caller with their roles, the departments they head, and those whose plans they may see."""
        person = caller.organisation.person(caller.id)
        seen = visible(caller)
        heads = [
            department.id
            for department in caller.organisation.departments.values()
            if caller.id in (department.manager, department.leader)
        ]
        return Me(
            id=caller.id,
            name=person.name if person else None,
            department=person.department if person else None,
            language=person.language if person else None,
            zone=person.zone if person else None,
            roles=person.roles if person else (),
            heads=tuple(sorted(heads)),
            sees=None if seen.everything else tuple(sorted(seen.departments)),
            admin=caller.admin,
        )

    async def people(
        self, caller: Caller, wanted: PageWanted, department: Annotated[Code | None, Query()] = None
    ) -> Page[PersonView]:
        """List the people by id, also those who have left; of one department when it is named."""
        async with self._database.transaction() as connection:
            found = await register.page_of_people(
                connection, after="".join(wanted.after), limit=wanted.limit + 1, of_department=department
            )
        return wanted.page([_view(person, caller) for person in found], lambda person: (person.id,))

    async def person(self, id: Code, caller: Caller, response: Response) -> PersonView:
        """One person."""
        async with self._database.transaction() as connection:
            found = await register.person(connection, id)
        if found is None:
            raise NotFound(what="person")
        response.headers["ETag"] = etag(found.version)
        return _view(found, caller)

    async def put_person(
        self,
        id: Code,
        body: PersonFacts,
        caller: Caller,
        language: CallerLanguage,
        seen: SeenIfAny,
        response: Response,
    ) -> PersonView:
        """Add or change a person. The same again changes nothing."""
        person = Person(id=id, **dict(body))
        wanted = Wanted(people=(person,))
        async with self._database.transaction() as connection:
            before = await register.load_to_change(connection)
            known = before.people.get(id)
            allow(rights.may_write_person(caller, known, person), NEEDS_HR)
            check_seen(seen, known.version if known else 0)
            refuse(problems(before, wanted), language, root=2)
            change = revised(before, wanted)
            await register.save(connection, change)
        self._organisation.forget()
        stored = before.after(change).people[id]
        response.status_code = 200 if known else 201
        response.headers["ETag"] = etag(stored.version)
        return _view(stored, caller)


def _view(person: Person, caller: Principal) -> PersonView:
    fields = dict(person)
    if not rights.may_know_mail(caller, person):
        fields["email"] = None
    return PersonView(**fields)
