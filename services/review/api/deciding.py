"""Decisions: judged here with the rights of this moment, carried out by the plan's lifecycle."""

import asyncio
import re
import time
from datetime import datetime

from fastapi import APIRouter, Request, Response

from services.review.api.paths import plan_named
from services.review.api.rights import facts_of
from services.review.api.shapes import Approval, BulkApproval, BulkReport, BulkRow, PlanVersion, Returning
from services.review.domain.decisions import authority, check
from services.review.domain.rounds import Round, check_waiting
from services.review.store import cases, plans
from services.review.store.cases import Case
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.moves import REVIEW
from shared.contracts.refusals import NotApprover, NotFound, Refusal
from shared.contracts.words import Move, Party, Stage
from shared.locale.problems import problem
from shared.org.access import Action, Principal, may
from shared.store.db import Database
from shared.web.command_gateway import CommandGateway, Outcome, Pending
from shared.web.documented_refusals import refuses_as_any
from shared.web.http import (
    Caller,
    CallerLanguage,
    Endpoint,
    IdempotencyKey,
    PlanInPath,
    SeenVersion,
    add_moves,
    answer,
)
from shared.web.openapi import ANSWERS

KEY = re.compile(r"[A-Za-z0-9_.-]{8,250}")
"""A key as callers choose it, or as a bulk approval derives it for one of its plans."""

ROUND_OPENS = 2.0
"""Seconds within which the round of a submission that has been answered is there."""

AT_ONCE = 10
"""How many plans of a bulk approval are on their way at a time."""


class Deciding:
    """The commands of the review API."""

    def __init__(self, database: Database, gateway: CommandGateway) -> None:
        self._database = database
        self._gateway = gateway

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["decisions"])
        endpoints: dict[Move, Endpoint] = {Move.APPROVE: self.approve, Move.RETURN: self.send_back}
        add_moves(router, REVIEW, lambda rule: endpoints[rule.move])
        router.add_api_route("/reviews:approve", self.approve_many, methods=["POST"])
        router.add_api_route(
            "/commands/{key}",
            self.command,
            response_model=Moved,
            responses=ANSWERS,
            openapi_extra=refuses_as_any(REVIEW),
        )
        return router

    async def approve(
        self,
        caller: Caller,
        plan_id: PlanInPath,
        body: Approval,
        key: IdempotencyKey,
        seen: SeenVersion,
        response: Response,
    ) -> Moved | Response:
        """Approve the plan as the version in If-Match shows it; a note is the approval's condition."""
        wanted = PlanVersion(plan_id=plan_id, version=seen.version)
        return answer(await self._take(caller, wanted, key, Move.APPROVE, note=body.note), response)

    async def send_back(
        self,
        caller: Caller,
        plan_id: PlanInPath,
        body: Returning,
        key: IdempotencyKey,
        seen: SeenVersion,
        response: Response,
    ) -> Moved | Response:
        """Return the plan with a reason, to its author or, in the leader's step, to HR."""
        wanted = PlanVersion(plan_id=plan_id, version=seen.version)
        outcome = await self._take(caller, wanted, key, Move.RETURN, note=body.note, to=body.to)
        return answer(outcome, response)

    async def approve_many(
        self,
        caller: Caller,
        body: BulkApproval,
        key: IdempotencyKey,
        language: CallerLanguage,
        request: Request,
    ) -> BulkReport:
        """Approve several plans at once. Each is decided by itself and has its result in the report."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(wanted: PlanVersion) -> BulkRow:
            own_key = f"{key}.{wanted.plan_id.replace(':', '.')}"
            async with gate:
                try:
                    return _row(wanted, await self._take(caller, wanted, own_key, Move.APPROVE))
                except Refusal as refused:
                    told = problem(refused, language, request.state.trace_id)
                    return BulkRow(plan_id=wanted.plan_id, status="refused", problem=told)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(wanted)) for wanted in body.plans]
        return BulkReport(items=[task.result() for task in tasks])

    async def command(self, caller: Caller, key: str, response: Response) -> Moved | Response:
        """The result of a command of the caller, which was sent under this key."""
        if not KEY.fullmatch(key):
            raise NotFound(what="command")
        return answer(await self._gateway.find(caller.id, key), response)

    async def _take(
        self,
        caller: Principal,
        wanted: PlanVersion,
        key: str,
        move: Move,
        *,
        note: str = "",
        to: Stage | None = None,
    ) -> Outcome:
        """Judge a decision and send it; one sent before gets its answer without being judged again."""
        id_ = self._gateway.id_of(caller.id, key)
        plan = plan_named(wanted.plan_id)
        case = await self._case(plan.plan_id, wanted.version, id_)
        if case is None:
            raise NotFound(what="plan")
        on_behalf_of = (
            case.earlier.on_behalf_of
            if case.earlier
            else _judge(caller, case.round, wanted.version, move, note, to, case.at)
        )
        return await self._gateway.take(
            Command(
                command_id=id_,
                move=move,
                plan=plan,
                actor=caller.id,
                party=Party.REVIEWER,
                on_behalf_of=on_behalf_of,
                expected_version=wanted.version,
                to=to,
                note=note,
            )
        )

    async def _case(self, plan_id: str, version: int, id_: str) -> Case | None:
        """The case of a decision on this version of a plan.

        A submission is answered an instant before its round opens; who decides in that instant waits.
        """
        deadline = time.monotonic() + ROUND_OPENS
        while True:
            async with self._database.autocommit() as connection:
                case = await cases.find(connection, plan_id, version, id_)
                there = case is not None and (case.earlier or case.round.plan_version >= version)
                if there or not await plans.about_to_wait(connection, plan_id, version):
                    return case
            if time.monotonic() > deadline:
                return case
            await asyncio.sleep(0.02)


def _judge(
    caller: Principal,
    round_: Round,
    version: int,
    move: Move,
    note: str,
    to: Stage | None,
    at: datetime,
) -> str | None:
    """For whom the caller decides.

    Raises:
        NotFound: the plan is none of the caller's business.
        OwnPlan, NotApprover: they may see it and may not decide it.
        ReasonMissing, TargetWrong: the decision is incomplete.
        AlreadyDecided, StaleVersion: the round of this version is over.
    """
    try:
        on_behalf_of = authority(caller.organisation, round_.question, caller.id, at)
    except NotApprover:
        if not may(caller, Action.READ_PLAN, facts_of(round_)):
            raise NotFound(what="plan") from None
        raise
    check(move, round_.stage, note, to)
    if round_.plan_version == version:
        check_waiting(round_, version)
    return on_behalf_of


def _row(wanted: PlanVersion, outcome: Outcome) -> BulkRow:
    if isinstance(outcome, Pending):
        return BulkRow(plan_id=wanted.plan_id, status="pending", key=outcome.key)
    return BulkRow(plan_id=wanted.plan_id, status="moved", moved=outcome)
