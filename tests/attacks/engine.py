"""What stands in place of the workflows: the real table of moves, over plans that stay where they are."""

from datetime import UTC, datetime

from shared.contracts.lifecycle import Command, Moved, OpenMonthInput
from shared.contracts.refusals import NotFound
from shared.engine.lifecycle_client import LifecycleClient
from tests.attacks.company import VERSIONS, plan_in
from workflows.moves import Standing, admit


class StandingStill(LifecycleClient):
    """Judges each command as its plan's lifecycle does, and says what would follow; nothing moves.

    ``trouble`` is raised in place of an answer.
    """

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.trouble: Exception | None = None
        self._standing = {
            plan_in(stage).plan_id: Standing(stage, version) for stage, version in VERSIONS.items()
        }

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """The stage to which the table of moves leads, or its refusal."""
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(command)
        standing = self._standing.get(command.plan.plan_id)
        if standing is None:
            raise NotFound(what="plan")
        return Moved(
            command_id=command.command_id,
            plan_id=command.plan.plan_id,
            move=command.move,
            actor=command.actor,
            stage=admit(standing, command),
            version=standing.version + 1,
            at=datetime.now(UTC),
        )

    async def open_month(self, request: OpenMonthInput) -> str:
        """Take note of it."""
        return f"open-month:{request.month}"
