"""What stands around review in its tests: a lifecycle in memory, and tokens that are names."""

import asyncio
from datetime import UTC, datetime

from services.review.activities import ReviewActivitiesImpl
from services.review.domain.decisions import leads_to
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import AlreadyDecided, NotSignedIn, Refusal, StaleVersion
from shared.contracts.review import RecordDecision
from shared.contracts.words import Stage
from shared.engine.lifecycle_client import LifecycleClient
from shared.web.tokens import TokenReader
from tests.integration.review.company import opening
from tests.unit.services.review.build import PLAN, deadline

REVIEW = (Stage.HR_REVIEW, Stage.LEADER_REVIEW)


class Names(TokenReader):
    """Reads a token as the name of its sender."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """The name."""
        if authorization is None:
            raise NotSignedIn(reason="no_token")
        return authorization.removeprefix("Bearer ")


class LifecycleInMemory(LifecycleClient):
    """The author's plan, moved as its lifecycle does: one command after the other, the owner first.

    ``trouble`` is raised in place of an answer, after the command has been carried out when
    ``late`` is set.
    """

    def __init__(self, reviews: ReviewActivitiesImpl) -> None:
        self._reviews = reviews
        self._lock = asyncio.Lock()
        self._answers: dict[str, Moved] = {}
        self.last: Command | None = None
        self.trouble: Exception | None = None
        self.late = False
        self.stage = Stage.HR_REVIEW
        self.version = 2

    async def open(self, stage: Stage = Stage.HR_REVIEW, version: int = 2) -> None:
        """Bring the plan into review."""
        self.stage, self.version = stage, version
        await self._reviews.open_round(opening(stage, version))

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """Carry the command out, once."""
        if self.trouble is not None and not self.late:
            raise self.trouble
        async with self._lock:
            moved = self._answers.get(command.command_id) or await self._carry_out(command)
        if self.trouble is not None:
            raise self.trouble
        return moved

    async def _carry_out(self, command: Command) -> Moved:
        self._admit(command)
        target = leads_to(command.move, self.stage, command.to)
        following = target if target in REVIEW else None
        await self._reviews.record_decision(
            RecordDecision(
                command=command,
                stage=self.stage,
                next_stage=following,
                next_deadline=deadline(following) if following else None,
            )
        )
        self.stage, self.version, self.last = target, self.version + 1, command
        moved = Moved(
            command_id=command.command_id,
            plan_id=PLAN.plan_id,
            move=command.move,
            actor=command.actor,
            stage=target,
            version=self.version,
            at=datetime.now(UTC),
        )
        self._answers[command.command_id] = moved
        return moved

    def _admit(self, command: Command) -> None:
        if command.expected_version == self.version:
            return
        refused: Refusal = StaleVersion(
            expected=command.expected_version, current=self.version, stage=self.stage
        )
        if self.last is not None and command.expected_version == self.version - 1:
            refused = AlreadyDecided(move=self.last.move, actor=self.last.actor, stage=self.stage)
        raise refused
