"""The moves that an author makes with their plan, and those with which HR ends one."""

from fastapi import APIRouter, Response

from services.plans.api.rights import readable, require_author, require_ending
from services.plans.api.shapes import Ending
from shared.contracts.findings import spoken
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.plan import Finding
from shared.contracts.refusals import Blocked, ReasonMissing
from shared.contracts.words import Language, Move, Party
from shared.org.access import Principal
from shared.store.db import Database
from shared.web.command_gateway import CommandGateway, Outcome
from shared.web.http import (
    Caller,
    CallerLanguage,
    IdempotencyKey,
    Seen,
    SeenVersion,
    SentKey,
    add_absent,
    answer,
)

Answer = Moved | dict[str, str]


class Moving:
    """The commands of the plan API: judged here on the row, carried out by the plan's lifecycle."""

    def __init__(self, database: Database, gateway: CommandGateway) -> None:
        self._database = database
        self._gateway = gateway

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["moves"])
        router.add_api_route("/plans/{plan_id}/submit", self.submit, methods=["POST"])
        router.add_api_route("/plans/{plan_id}/recall", self.recall, methods=["POST"])
        router.add_api_route("/plans/{plan_id}/close", self.close, methods=["POST"])
        router.add_api_route("/plans/{plan_id}/exempt", self.exempt, methods=["POST"])
        router.add_api_route("/plans/{plan_id}/cancel", self.cancel, methods=["POST"])
        router.add_api_route("/commands/{key}", self.command)
        add_absent(router, "/plans/{plan_id}/amend", Move.AMEND)
        add_absent(router, "/plans/{plan_id}/reopen", Move.REOPEN)
        return router

    async def submit(
        self,
        caller: Caller,
        plan_id: str,
        key: IdempotencyKey,
        seen: SeenVersion,
        language: CallerLanguage,
        response: Response,
    ) -> Answer:
        """Submit the draft to HR; refused with every finding when one blocks."""
        try:
            return answer(await self._of_author(caller, plan_id, key, seen, Move.SUBMIT), response)
        except Blocked as blocked:
            raise _spoken(blocked, language) from None

    async def recall(
        self, caller: Caller, plan_id: str, key: IdempotencyKey, seen: SeenVersion, response: Response
    ) -> Answer:
        """Take a submitted plan back while the current step is undecided."""
        return answer(await self._of_author(caller, plan_id, key, seen, Move.RECALL), response)

    async def close(
        self, caller: Caller, plan_id: str, key: IdempotencyKey, seen: SeenVersion, response: Response
    ) -> Answer:
        """End tracking, or, when closing has begun, have the figures frozen and scored."""
        return answer(await self._of_author(caller, plan_id, key, seen, Move.CLOSE), response)

    async def exempt(
        self,
        caller: Caller,
        plan_id: str,
        body: Ending,
        key: IdempotencyKey,
        seen: SeenVersion,
        response: Response,
    ) -> Answer:
        """End a plan because its author need not have one this month; the note says why."""
        return answer(await self._end(caller, plan_id, key, seen, Move.EXEMPT, body.note), response)

    async def cancel(
        self,
        caller: Caller,
        plan_id: str,
        body: Ending,
        key: IdempotencyKey,
        seen: SeenVersion,
        response: Response,
    ) -> Answer:
        """End a plan that should not have been opened; the note says why."""
        return answer(await self._end(caller, plan_id, key, seen, Move.CANCEL, body.note), response)

    async def command(
        self, caller: Caller, key: SentKey, language: CallerLanguage, response: Response
    ) -> Answer:
        """What became of the caller's command."""
        try:
            return answer(await self._gateway.find(caller.id, key), response)
        except Blocked as blocked:
            raise _spoken(blocked, language) from None

    async def _of_author(self, caller: Principal, plan_id: str, key: str, seen: Seen, move: Move) -> Outcome:
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
        require_author(caller, plan, move.value)
        return await self._gateway.take(
            Command(
                command_id=self._gateway.id_of(caller.id, key),
                move=move,
                plan=plan.ref,
                actor=caller.id,
                party=Party.AUTHOR,
                expected_version=seen.version,
                content_version=seen.content_version if move is Move.SUBMIT else None,
            )
        )

    async def _end(
        self, caller: Principal, plan_id: str, key: str, seen: Seen, move: Move, note: str
    ) -> Outcome:
        async with self._database.autocommit() as connection:
            plan = (await readable(connection, caller, plan_id)).plan
        require_ending(caller, plan, move)
        if not note:
            raise ReasonMissing(move=move.value)
        return await self._gateway.take(
            Command(
                command_id=self._gateway.id_of(caller.id, key),
                move=move,
                plan=plan.ref,
                actor=caller.id,
                party=Party.HR,
                expected_version=seen.version,
                note=note,
            )
        )


def _spoken(blocked: Blocked, language: Language) -> Blocked:
    """The same refusal, its findings with their sentences in the caller's language."""
    findings = [Finding.model_validate(finding) for finding in blocked.details.get("findings", ())]
    said = [finding.model_dump(mode="json") for finding in spoken(findings, language)]
    return Blocked(**(blocked.details | {"findings": said}))
