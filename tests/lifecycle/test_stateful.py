"""Whatever is sent, in whatever order: the lifecycle is where the written table says."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from itertools import count
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from temporalio.testing import WorkflowEnvironment

from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import Refusal
from shared.contracts.words import Move, Stage
from tests.support.build import MARCH, lifecycle_input
from tests.support.moves import Model
from tests.support.timeskip import Owners, start
from tests.support.wishes import Wishes
from workflows.moves import Standing, admit

Result = TypeVar("Result")
PEOPLE = count(1)
SETTINGS = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], database=None
)


class TableOfMoves(Wishes):
    """The pure rules alone, moved on as a row would be."""

    def __init__(self) -> None:
        super().__init__()
        self.ended()

    def ended(self) -> None:
        """A new plan in drafting."""
        self.model = Model(author=MARCH.person)
        self.standing = Standing(Stage.DRAFTING, 1)

    def send(self, wish: Command) -> str:
        """Ask the table; a score's answers are not its business, so those are believed."""
        try:
            stage = admit(self.standing, wish)
        except Refusal as refused:
            return refused.code
        stage = self.model.stage if wish.move is Move.CONFIRM else stage
        moved = Moved(
            command_id=wish.command_id,
            plan_id=wish.plan.plan_id,
            move=wish.move,
            actor=wish.actor,
            stage=stage,
            version=self.standing.version + 1,
            at=datetime.now(UTC),
        )
        self.standing = Standing(moved.stage, moved.version, moved)
        return stage

    @invariant()
    def agrees(self) -> None:
        """Stage and version are the model's; only accepted moves count."""
        assert (self.standing.stage, self.standing.version) == (self.model.stage, self.model.version)


def test_the_table_of_moves_agrees_with_the_domain_whatever_is_sent() -> None:
    run_state_machine_as_test(
        TableOfMoves, settings=settings(SETTINGS, max_examples=40, stateful_step_count=25)
    )


class Lifecycle(Wishes):
    """A real lifecycle on the engine, its owners in memory; the rules run beside the engine's loop."""

    engine: ClassVar[WorkflowEnvironment]
    owners: ClassVar[Owners]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def __init__(self) -> None:
        super().__init__()
        self.begin()

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of what the engine's loop is to do."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def begin(self) -> None:
        """A new plan in drafting."""
        self.ref = PlanRef(company="acme", month="2026-03", person=f"wish{next(PEOPLE)}", department="sales")
        self.owners.plans.ledger.clear()
        self.owners.scoring.confirmed.clear()
        self.owners.scoring.disputed = False
        self.model = Model(author=self.ref.person)
        self.plan = self.wait(start(self.engine, lifecycle_input(plan=self.ref)))
        self.events = self.wait(self.plan.settled())

    def ended(self) -> None:
        """The lifecycle has completed with the plan's end; another begins."""
        assert self.wait(self.plan.handle.result()).stage is self.model.stage
        self.begin()

    def send(self, wish: Command) -> str:
        """Send it to the engine; a refusal leaves no event."""
        answer = self.wait(self.plan.answer(wish.model_copy(update={"plan": self.ref})))
        events = self.wait(self.plan.settled())
        before, self.events = self.events, events
        if isinstance(answer, Moved):
            return answer.stage
        assert events == before
        return answer.code

    @invariant()
    def agrees(self) -> None:
        """Stage and version are the model's, and every accepted move is one line of the ledger."""
        state = self.wait(self.plan.state())
        assert (state.stage, state.version) == (self.model.stage, self.model.version)
        assert len(self.owners.plans.ledger) == self.model.version - 1

    def teardown(self) -> None:
        """Leave no lifecycle behind."""
        self.wait(self.plan.handle.terminate())


async def test_the_lifecycle_agrees_with_the_table_whatever_is_sent(
    engine: WorkflowEnvironment, owners: Owners
) -> None:
    bounded = settings(SETTINGS, max_examples=10, stateful_step_count=10)
    Lifecycle.engine, Lifecycle.owners, Lifecycle.loop = engine, owners, asyncio.get_running_loop()
    await asyncio.to_thread(run_state_machine_as_test, Lifecycle, settings=bounded)
