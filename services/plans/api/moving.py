"""The moves that an author makes with their plan, and those with which HR ends one."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Response

from services.plans.api.rights import readable, require_mover
from services.plans.api.shapes import Ending
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.moves import PLANS, MoveRule, Note
from shared.contracts.plan import Finding
from shared.contracts.refusals import Blocked, ReasonMissing
from shared.contracts.words import Language
from shared.locale.findings import spoken
from shared.org.access import Principal
from shared.store.db import Database
from shared.web.command_gateway import CommandGateway, Outcome
from shared.web.documented_refusals import refuses_as_any
from shared.web.http import (
    Caller,
    CallerLanguage,
    Endpoint,
    IdempotencyKey,
    PlanInPath,
    Seen,
    SeenVersion,
    SentKey,
    add_moves,
    answer,
)
from shared.web.openapi import ANSWERS

Answer = Moved | Response


class Moving:
    """The commands of the plan API: judged here on the row, carried out by the plan's lifecycle."""

    def __init__(self, database: Database, gateway: CommandGateway) -> None:
        self._database = database
        self._gateway = gateway

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["moves"])
        add_moves(router, PLANS, self._endpoint)
        router.add_api_route(
            "/commands/{key}",
            self.command,
            response_model=Moved,
            responses=ANSWERS,
            openapi_extra=refuses_as_any(PLANS),
        )
        return router

    def _endpoint(self, rule: MoveRule) -> Endpoint:
        """The endpoint of a move: with a body where people say something with it."""

        async def silent(
            caller: Caller,
            plan_id: PlanInPath,
            key: IdempotencyKey,
            seen: SeenVersion,
            language: CallerLanguage,
            response: Response,
        ) -> Answer:
            with _speaking(language):
                return answer(await self._take(caller, plan_id, rule, key, seen), response)

        async def noted(
            caller: Caller,
            plan_id: PlanInPath,
            body: Ending,
            key: IdempotencyKey,
            seen: SeenVersion,
            language: CallerLanguage,
            response: Response,
        ) -> Answer:
            with _speaking(language):
                return answer(await self._take(caller, plan_id, rule, key, seen, body.note), response)

        return silent if rule.note is Note.NONE else noted

    async def command(
        self, caller: Caller, key: SentKey, language: CallerLanguage, response: Response
    ) -> Answer:
        """The result of a command of the caller, which was sent under this key."""
        with _speaking(language):
            return answer(await self._gateway.find(caller.id, key), response)

    async def _take(
        self, caller: Principal, plan_id: str, rule: MoveRule, key: str, seen: Seen, note: str = ""
    ) -> Outcome:
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
        party = require_mover(caller, plan, rule)
        if rule.needs_reason and not note:
            raise ReasonMissing(move=rule.move.value)
        return await self._gateway.take(
            Command(
                command_id=self._gateway.id_of(caller.id, key),
                move=rule.move,
                plan=plan.ref,
                actor=caller.id,
                party=party,
                expected_version=seen.version,
                content_version=seen.content_version if rule.of_draft else None,
                note=note,
            )
        )


@contextmanager
def _speaking(language: Language) -> Iterator[None]:
    """The findings of a refused draft are given with their sentences in the caller's language."""
    try:
        yield
    except Blocked as blocked:
        raise _spoken(blocked, language) from None


def _spoken(blocked: Blocked, language: Language) -> Blocked:
    """The same refusal, its findings with their sentences in the caller's language."""
    findings = [Finding.deserialize(finding) for finding in blocked.details.get("findings", ())]
    said = [finding.model_dump(mode="json") for finding in spoken(findings, language)]
    return Blocked(**(blocked.details | {"findings": said}))
