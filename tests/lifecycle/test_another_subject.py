"""A workflow of another kind of subject has commands, a ladder and repeated answers from the same parts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from shared.contracts.calendar import StepPolicy
from shared.contracts.entity import COMMAND_UPDATE, LOOK_AGAIN_SIGNAL, STATE_QUERY
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.contracts.words import RungOutcome
from shared.engine.entity_client import EntityClient, NoLifecycle
from shared.engine.temporal import BUILD, activities_of, as_refusal
from shared.process.reconciler import Reconciler
from tests.lifecycle.loans.contract import (
    LOANS_QUEUE,
    LoanActivities,
    LoanCommand,
    LoanInput,
    LoanMove,
    LoanMoved,
    LoanStage,
    LoanState,
)
from tests.lifecycle.loans.office import LoanOffice
from tests.lifecycle.loans.story import Loan
from tests.support.build import real_time, spring
from workflows.__main__ import sandbox

Running = WorkflowHandle[Any, LoanStage]
LoanClient = EntityClient[LoanCommand, LoanMoved, LoanState]
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = StepPolicy(days=2)
WHOLE_LADDER = ["half_time", "due", "superior", "leadership", "end_state"]


@pytest.fixture
async def office(engine: WorkflowEnvironment) -> AsyncIterator[LoanOffice]:
    """The owner of loans, with workers for its activities and for the story."""
    owner = LoanOffice()
    activities = activities_of(LoanActivities, owner)
    async with (
        Worker(engine.client, task_queue=LOANS_QUEUE, activities=activities, build_id=BUILD),
        Worker(
            engine.client,
            task_queue=LIFECYCLE_QUEUE,
            workflows=[Loan],
            workflow_runner=sandbox().__class__(
                restrictions=sandbox().restrictions.with_passthrough_modules("tests")
            ),
            build_id=BUILD,
        ),
    ):
        yield owner


async def hand_out(engine: WorkflowEnvironment, loan: str = "laptop", workflow_id: str = "") -> Running:
    """A loan whose time stands still until it is skipped."""
    with engine.with_time_skipping_disabled():
        return await engine.client.start_workflow(
            "Loan",
            given(loan),
            id=workflow_id or f"loan:{uuid4()}",
            task_queue=LIFECYCLE_QUEUE,
            result_type=LoanStage,
        )


def given(loan: str) -> LoanInput:
    """A loan handed out on a Monday."""
    return LoanInput(loan=loan, step=STEP, days=spring(), scale=real_time(MONDAY))


def wish(move: LoanMove, version: int, key: str = "") -> LoanCommand:
    """A command of the borrower."""
    return LoanCommand(
        command_id=key or f"{move}-{version}",
        move=move,
        loan="laptop",
        actor="p017",
        expected_version=version,
    )


async def give(loan: Running, command: LoanCommand) -> LoanMoved:
    """Send a command; its answer."""
    moved: LoanMoved = await loan.execute_update(
        COMMAND_UPDATE, command, id=command.command_id, result_type=LoanMoved
    )
    return moved


async def refused(loan: Running, command: LoanCommand) -> str:
    """Send a command that is to be refused; the code of the refusal."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await give(loan, command)
    found = as_refusal(failed.value.cause)
    assert found is not None
    return found.code


async def at_version(loan: Running, version: int) -> None:
    """Wait until the workflow knows of that version."""
    async with asyncio.timeout(60):
        while (await loan.query(STATE_QUERY, result_type=LoanState)).version != version:
            await asyncio.sleep(0.02)


async def test_commands_move_the_subject_to_its_end(engine: WorkflowEnvironment, office: LoanOffice) -> None:
    loan = await hand_out(engine)
    assert (await give(loan, wish(LoanMove.EXTEND, 1))).stage is LoanStage.OUT
    assert (await give(loan, wish(LoanMove.BRING_BACK, 2))).version == 3
    assert await loan.result() is LoanStage.RETURNED


async def test_a_command_of_an_earlier_version_is_refused(
    engine: WorkflowEnvironment, office: LoanOffice
) -> None:
    loan = await hand_out(engine)
    await give(loan, wish(LoanMove.EXTEND, 1))
    assert await refused(loan, wish(LoanMove.BRING_BACK, 1)) == "move.already_decided"
    assert await refused(loan, wish(LoanMove.BRING_BACK, 7)) == "version.stale"
    assert len(office.moves) == 1


async def test_a_ladder_nobody_answers_ends_with_the_move_of_time(
    engine: WorkflowEnvironment, office: LoanOffice
) -> None:
    loan = await hand_out(engine)
    await at_version(loan, 1)
    await engine.fast_forward(loan, timedelta(days=20))
    assert await loan.result() is LoanStage.WRITTEN_OFF
    assert office.reminders == WHOLE_LADDER


async def test_an_extension_starts_the_ladder_anew(engine: WorkflowEnvironment, office: LoanOffice) -> None:
    loan = await hand_out(engine)
    await at_version(loan, 1)
    await engine.fast_forward(loan, timedelta(days=2, hours=12))
    await give(loan, wish(LoanMove.EXTEND, 1))
    await engine.fast_forward(loan, timedelta(days=20))
    assert office.reminders == [*WHOLE_LADDER[:2], *WHOLE_LADDER]


async def test_a_reminder_that_finds_everybody_away_comes_on_the_next_working_day(
    engine: WorkflowEnvironment, office: LoanOffice
) -> None:
    office.outcomes = [RungOutcome.SENT, RungOutcome.POSTPONED]
    loan = await hand_out(engine)
    await at_version(loan, 1)
    await engine.fast_forward(loan, timedelta(days=3, hours=12))
    assert office.reminders == ["half_time", "due", "due", "superior"]


async def test_a_workflow_started_again_repeats_the_answer_that_the_row_has_kept(
    engine: WorkflowEnvironment, office: LoanOffice
) -> None:
    lost = await hand_out(engine, workflow_id="loan:lost")
    first = await give(lost, wish(LoanMove.EXTEND, 1))
    await lost.terminate("lost")
    again = await hand_out(engine, workflow_id="loan:lost")
    assert await give(again, wish(LoanMove.EXTEND, 1)) == first
    assert len(office.moves) == 1
    await again.terminate()


async def test_a_workflow_that_is_told_to_look_again_takes_over_a_row_that_is_ahead(
    engine: WorkflowEnvironment, office: LoanOffice
) -> None:
    loan = await hand_out(engine)
    await at_version(loan, 1)
    row = office.rows["laptop"]
    office.rows["laptop"] = row.model_copy(update={"stage": LoanStage.RETURNED, "version": 5})
    await loan.signal(LOOK_AGAIN_SIGNAL)
    assert await loan.result() is LoanStage.RETURNED


async def test_of_two_commands_in_one_instant_one_wins(
    engine: WorkflowEnvironment, office: LoanOffice
) -> None:
    loan = await hand_out(engine)
    await at_version(loan, 1)
    office.gate.close()
    first = asyncio.create_task(give(loan, wish(LoanMove.BRING_BACK, 1)))
    await office.gate.reached.wait()
    second = asyncio.create_task(refused(loan, wish(LoanMove.EXTEND, 1)))
    await asyncio.sleep(0.2)
    office.gate.open()
    assert (await first).stage is LoanStage.RETURNED
    assert await second == "move.already_decided"


@dataclass(frozen=True)
class Followed:
    """A loan as the reconciler reads it."""

    id: str
    stage: LoanStage
    version: int

    @property
    def workflow_id(self) -> str:
        """The id of the loan's workflow."""
        return f"loan:{self.id}"


class Loans(Reconciler[Followed]):
    """Looks after the workflows of loans."""

    def __init__(self, client: LoanClient, office: LoanOffice) -> None:
        super().__init__(client)
        self._loans = client
        self._office = office

    async def page(self, after: str, limit: int, *, awaited: bool = False) -> Sequence[Followed]:
        """All that are out."""
        rows = sorted(self._office.rows.items())
        out = [Followed(key, row.stage, row.version) for key, row in rows if row.stage is LoanStage.OUT]
        return [] if awaited else [row for row in out if row.id > after][:limit]

    async def start_again(self, row: Followed) -> bool:
        """Start the workflow anew."""
        await self._loans.start_from(
            "Loan", given(row.id), row.workflow_id, TypedSearchAttributes([]), "Loan"
        )
        return True


@pytest.fixture
def client(engine: WorkflowEnvironment) -> LoanClient:
    """What commands, questions and starts are sent with."""
    return EntityClient(engine.client, LoanMoved, LoanState, SearchAttributeKey.for_keyword("PlanStage"))


async def test_the_client_sends_commands_and_finds_answers_after_the_end(
    engine: WorkflowEnvironment, office: LoanOffice, client: LoanClient
) -> None:
    loan = await hand_out(engine, workflow_id="loan:sent")
    first = await client.update("loan:sent", wish(LoanMove.BRING_BACK, 1))
    await loan.result()
    assert await client.update("loan:sent", wish(LoanMove.BRING_BACK, 1)) == first
    with pytest.raises(NoLifecycle):
        await client.update("loan:sent", wish(LoanMove.EXTEND, 2))


async def test_the_reconciler_starts_a_workflow_that_is_missing(
    engine: WorkflowEnvironment, office: LoanOffice, client: LoanClient
) -> None:
    lost = await hand_out(engine, workflow_id="loan:laptop")
    await at_version(lost, 1)
    await lost.terminate("lost")
    assert await Loans(client, office).look() == 1
    again = engine.client.get_workflow_handle("loan:laptop")
    await at_version(again, 1)
    assert await Loans(client, office).look() == 0
    await again.terminate()


async def test_the_reconciler_has_a_workflow_that_is_behind_look_again(
    engine: WorkflowEnvironment, office: LoanOffice, client: LoanClient
) -> None:
    loan = await hand_out(engine, workflow_id="loan:laptop")
    await at_version(loan, 1)
    office.rows["laptop"] = office.rows["laptop"].model_copy(update={"version": 4})
    assert await Loans(client, office).look() == 1
    await at_version(loan, 4)
    await loan.terminate()
