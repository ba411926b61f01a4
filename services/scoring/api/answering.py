"""Confirmations and disputes: judged here with the rights of this moment, carried out by the lifecycle."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response

from services.scoring.api.rights import leaders_of, party_of, ref_of
from services.scoring.api.shapes import Confirmation, Dispute
from services.scoring.domain.answers import answer as judge
from services.scoring.store import scores
from services.scoring.store.scores import ScoreRow
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.moves import SCORING
from shared.contracts.refusals import NotFound
from shared.contracts.words import Move, Stage
from shared.org.access import Principal
from shared.store.db import Database
from shared.web.command_gateway import CommandGateway, Outcome
from shared.web.documented_refusals import refuses_as_any
from shared.web.http import (
    Caller,
    Endpoint,
    IdempotencyKey,
    PlanInPath,
    SeenVersion,
    SentKey,
    add_moves,
    answer,
)
from shared.web.openapi import ANSWERS

NEVER = datetime.max.replace(tzinfo=UTC)
"""The end of the dispute window is known to the lifecycle alone, which judges it by the database."""


class Answering:
    """The commands of the scoring API."""

    def __init__(self, database: Database, gateway: CommandGateway) -> None:
        self._database = database
        self._gateway = gateway

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["answers"])
        endpoints: dict[Move, Endpoint] = {Move.CONFIRM: self.confirm, Move.DISPUTE: self.dispute}
        add_moves(router, SCORING, lambda rule: endpoints[rule.move])
        router.add_api_route(
            "/commands/{key}",
            self.command,
            response_model=Moved,
            responses=ANSWERS,
            openapi_extra=refuses_as_any(SCORING),
        )
        return router

    async def confirm(
        self,
        caller: Caller,
        plan_id: PlanInPath,
        body: Confirmation,
        key: IdempotencyKey,
        seen: SeenVersion,
        response: Response,
    ) -> Moved | Response:
        """Confirm a score: as its author, or as the leader, whose note answers a dispute."""
        outcome = await self._take(caller, plan_id, key, Move.CONFIRM, seen.version, body.note)
        return answer(outcome, response)

    async def dispute(
        self,
        caller: Caller,
        plan_id: PlanInPath,
        body: Dispute,
        key: IdempotencyKey,
        seen: SeenVersion,
        response: Response,
    ) -> Moved | Response:
        """Dispute one's own score, once, with a reason, before the window is over."""
        outcome = await self._take(caller, plan_id, key, Move.DISPUTE, seen.version, body.note)
        return answer(outcome, response)

    async def command(self, caller: Caller, key: SentKey, response: Response) -> Moved | Response:
        """The result of a command of the caller, which was sent under this key."""
        return answer(await self._gateway.find(caller.id, key), response)

    async def _take(
        self, caller: Principal, plan_id: str, key: str, move: Move, version: int, note: str
    ) -> Outcome:
        """Judge an answer and send it; one that was sent before is not judged again."""
        id_ = self._gateway.id_of(caller.id, key)
        async with self._database.autocommit() as connection:
            case = await scores.case(connection, ref_of(plan_id).plan_id, id_)
        if case is None:
            raise NotFound(what="score")
        row, sent = case
        party, on_behalf_of = (sent.party, sent.on_behalf_of) if sent else party_of(caller, row, move)
        command = Command(
            command_id=id_,
            move=move,
            plan=row.score.plan,
            actor=caller.id,
            party=party,
            on_behalf_of=on_behalf_of,
            expected_version=version,
            note=note,
        )
        if sent is None:
            _judge(caller, row, command)
        return await self._gateway.take(command)


def _judge(caller: Principal, row: ScoreRow, command: Command) -> None:
    """Refuse what cannot be accepted before anything is sent; of another version the lifecycle judges."""
    if row.stage is Stage.SCORED and row.version == command.expected_version:
        leaders = leaders_of(caller.organisation, row)
        judge(row.answers, command, leaders, at=row.at, window_until=NEVER)
