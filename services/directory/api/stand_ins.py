"""Delegations (委托) and absences over HTTP."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Response

from services.directory.api import rights
from services.directory.api.answers import allow, refuse
from services.directory.api.values import AbsenceBody, DelegationBody
from services.directory.domain import delegations as rules
from services.directory.store import register, stand_ins
from services.directory.store.organisation import CurrentOrganisation
from shared.contracts.organisation import Absence, Delegation
from shared.contracts.refusals import (
    Cycle,
    Duplicate,
    Forbidden,
    NotFound,
    Unknown,
)
from shared.contracts.values import Code
from shared.org.access import Principal
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage, DryRun
from shared.web.paging import Page, PageWanted

NEEDS_GIVER = "giver"
NEEDS_PERSON = "person"


class StandInsApi:
    """The routes of delegations and absences."""

    def __init__(self, database: Database, organisation: CurrentOrganisation) -> None:
        self._database = database
        self._organisation = organisation

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(tags=["delegations and absences"])
        routes.add_api_route("/delegations", self.delegations, methods=["GET"])
        routes.add_api_route(
            "/delegations",
            self.delegate,
            methods=["POST"],
            status_code=201,
            responses={200: {"model": Delegation}},
            openapi_extra=refuses(Forbidden, Unknown, Cycle, Duplicate),
        )
        routes.add_api_route(
            "/delegations/{id}",
            self.revoke_delegation,
            methods=["DELETE"],
            status_code=204,
            openapi_extra=refuses(Forbidden),
        )
        routes.add_api_route("/absences", self.absences, methods=["GET"])
        routes.add_api_route(
            "/absences",
            self.enter_absence,
            methods=["POST"],
            status_code=201,
            responses={200: {"model": Absence}},
            openapi_extra=refuses(Forbidden, Unknown, Duplicate),
        )
        routes.add_api_route(
            "/absences/{id}",
            self.revoke_absence,
            methods=["DELETE"],
            status_code=204,
            openapi_extra=refuses(Forbidden),
        )
        return routes

    async def delegations(
        self, caller: Caller, wanted: PageWanted, person: Annotated[Code | None, Query()] = None
    ) -> Page[Delegation]:
        """List the delegations that the caller has given, received or may see; of one person when named."""
        async with self._database.transaction() as connection:
            found = await stand_ins.page_of_delegations(
                connection,
                rights.sees_stand_ins(caller),
                me=caller.id,
                after="".join(wanted.after),
                limit=wanted.limit + 1,
                of=person,
            )
        return wanted.page(found, lambda entry: (entry.id,))

    async def delegate(
        self,
        body: DelegationBody,
        caller: Caller,
        language: CallerLanguage,
        response: Response,
        dry_run: DryRun = False,
    ) -> Delegation:
        """Delegate decisions for some days. The same id and content again changes nothing."""
        fields = dict(body) | {"id": body.id or f"d-{uuid4().hex[:12]}", "version": 1}
        wanted = Delegation(**fields)
        allow(rights.may_delegate(caller, wanted.giver, wanted.taker), NEEDS_GIVER)
        async with self._database.transaction() as connection:
            known = await register.load_to_change(connection)
            earlier = await stand_ins.delegation(connection, wanted.id)
            if earlier == wanted:
                response.status_code = 200
                return wanted
            if earlier is not None:
                raise Duplicate(what="delegation", id=wanted.id)
            given = await stand_ins.current_delegations(connection, wanted.start)
            refuse(rules.problems(known, given, wanted), language)
            if dry_run:
                response.status_code = 200
                return wanted
            await stand_ins.save_delegation(connection, wanted)
        self._organisation.forget()
        return wanted

    async def revoke_delegation(self, id: Code, caller: Caller) -> None:
        """End a delegation now. A delegation that has been ended stays so."""
        async with self._database.transaction() as connection:
            entry = await stand_ins.delegation(connection, id, to_change=True)
            if entry is None or not _sees(caller, entry):
                raise NotFound(what="delegation")
            allow(rights.may_stand_in(caller, entry.giver), NEEDS_GIVER)
            if not entry.revoked:
                changes = {"revoked": True, "version": entry.version + 1}
                await stand_ins.save_delegation(connection, entry.model_copy(update=changes))
        self._organisation.forget()

    async def absences(
        self, caller: Caller, wanted: PageWanted, person: Annotated[Code | None, Query()] = None
    ) -> Page[Absence]:
        """List the absences that the caller may see; of one person when named."""
        async with self._database.transaction() as connection:
            found = await stand_ins.page_of_absences(
                connection,
                rights.sees_stand_ins(caller),
                after="".join(wanted.after),
                limit=wanted.limit + 1,
                of=person,
            )
        return wanted.page(found, lambda entry: (entry.id,))

    async def enter_absence(
        self,
        body: AbsenceBody,
        caller: Caller,
        language: CallerLanguage,
        response: Response,
        dry_run: DryRun = False,
    ) -> Absence:
        """Enter an absence. The person gets no reminders on its days.

        The same id and content again changes nothing.
        """
        fields = dict(body) | {"id": body.id or f"a-{uuid4().hex[:12]}", "version": 1}
        wanted = Absence(**fields)
        allow(rights.may_stand_in(caller, wanted.person), NEEDS_PERSON)
        async with self._database.transaction() as connection:
            known = await register.load_to_change(connection)
            earlier = await stand_ins.absence(connection, wanted.id)
            if earlier == wanted:
                response.status_code = 200
                return wanted
            if earlier is not None:
                raise Duplicate(what="absence", id=wanted.id)
            refuse(rules.absence_problems(known, wanted), language)
            if dry_run:
                response.status_code = 200
                return wanted
            await stand_ins.save_absence(connection, wanted)
        self._organisation.forget()
        return wanted

    async def revoke_absence(self, id: Code, caller: Caller) -> None:
        """Revoke an absence. An absence that has been revoked stays so."""
        async with self._database.transaction() as connection:
            entry = await stand_ins.absence(connection, id, to_change=True)
            if entry is None or not rights.may_see_stand_ins(caller, entry.person):
                raise NotFound(what="absence")
            allow(rights.may_stand_in(caller, entry.person), NEEDS_PERSON)
            if not entry.revoked:
                changes = {"revoked": True, "version": entry.version + 1}
                await stand_ins.save_absence(connection, entry.model_copy(update=changes))
        self._organisation.forget()


def _sees(caller: Principal, entry: Delegation) -> bool:
    return caller.id == entry.taker or rights.may_see_stand_ins(caller, entry.giver)
