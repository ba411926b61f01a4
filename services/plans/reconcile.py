"""Looks after lifecycles: one that is missing is started again from its row, one behind looks again."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from services.plans.store import plans
from services.plans.store.plans import PlanRow
from shared.base import log
from shared.contracts.lifecycle import LifecycleState
from shared.engine.lifecycle_client import LifecycleClient, Stuck
from shared.process.reconcile import EVERY, every
from shared.store.db import Database
from shared.telemetry import metrics

SLICE = 200
AT_ONCE = 8
LOOKS_A_SECOND = 250
"""How many lifecycles the engine is asked about; more would be felt by those who wait for it."""
WORK = "lifecycles"
logger = log.get(__name__)


class Lifecycles:
    """Compares open plans with their workflows, all of them every minute, ``slice_of`` at a time.

    The engine is asked what every workflow shows; a workflow itself is asked where that tells of
    trouble, where somebody waits for a command, and for a slice of the others, round and round: to ask
    one takes a worker, and may take its whole history.
    """

    def __init__(self, database: Database, engine: LifecycleClient, slice_of: int = SLICE) -> None:
        self._database = database
        self._engine = engine
        self._slice = slice_of
        self._after = ""
        self._ended_well = True

    async def run(self) -> None:
        """Look at all every minute."""
        await every(EVERY, self.look, WORK)

    async def look(self) -> int:
        """Look at all open plans, at those first that somebody waits for; how many needed something."""
        asked: dict[str, bool] = {}
        after_a_good_one, self._ended_well = self._ended_well, False
        async for rows in self._slices(awaited=True):
            await self._ask(rows, asked)
            self._tick(rows, after_a_good_one)
        async for rows in self._slices():
            await self._ask(await self._suspicious(rows), asked)
            self._tick(rows, after_a_good_one)
        rows = await self._page(self._after)
        self._after = rows[-1].id if len(rows) == self._slice else ""
        await self._ask(rows, asked)
        self._ended_well = True
        return sum(asked.values())

    def _tick(self, rows: Sequence[PlanRow], after_a_good_one: bool) -> None:
        """A long round, as after a loss of them all, is no silence; one that fails again and again is."""
        if after_a_good_one and rows:
            metrics.WORK_DONE.labels(WORK).set_to_current_time()

    async def _slices(self, *, awaited: bool = False) -> AsyncIterator[Sequence[PlanRow]]:
        after, full = "", True
        while full:
            rows = await self._page(after, awaited=awaited)
            yield rows
            full = len(rows) == self._slice
            after = rows[-1].id if rows else ""

    async def _page(self, after: str, *, awaited: bool = False) -> Sequence[PlanRow]:
        async with self._database.transaction() as connection:
            return await plans.open_page(connection, after=after, limit=self._slice, awaited=awaited)

    async def _suspicious(self, rows: Sequence[PlanRow]) -> list[PlanRow]:
        """Those whose workflow is gone, or shows another stage than the row has."""
        gate = asyncio.Semaphore(AT_ONCE)
        pause = asyncio.create_task(asyncio.sleep(len(rows) / LOOKS_A_SECOND))

        async def shown(row: PlanRow) -> str | None:
            async with gate:
                return await self._engine.shown_stage(row.ref.workflow_id)

        stages = await asyncio.gather(*(shown(row) for row in rows))
        await pause
        return [
            row
            for row, stage in zip(rows, stages, strict=True)
            if stage is None or stage not in ("", row.stage)
        ]

    async def _ask(self, rows: Sequence[PlanRow], asked: dict[str, bool]) -> None:
        """Ask the workflows of those that were not ``asked`` in this round, and mend what is wrong."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: PlanRow) -> None:
            async with gate:
                asked[row.id] = await self._looked_after(row)

        await asyncio.gather(*(one(row) for row in rows if row.id not in asked))

    async def _looked_after(self, row: PlanRow) -> bool:
        try:
            state = await self._engine.state(row.ref.workflow_id)
        except Stuck as stuck:
            # One that nobody can replay must not keep the others from being mended.
            logger.warning("reconcile.stuck", plan=row.id, reason=str(stuck))
            return False
        return await self._mend(row, state)

    async def _mend(self, row: PlanRow, state: LifecycleState | None) -> bool:
        """A state is read after its row, so a version above the row's is no fault."""
        if state is not None and state.version >= row.version:
            return False
        metrics.DRIFT.labels("missing" if state is None else "behind").inc()
        if state is not None:
            logger.warning("reconcile.behind", plan=row.id, row=row.version, lifecycle=state.version)
            await self._engine.look_again(row.ref.workflow_id)
            return True
        logger.warning("reconcile.missing", plan=row.id)
        async with self._database.autocommit() as connection:
            given = await plans.given(connection, row.id)
        if given is not None:
            await self._engine.start(given)
        return given is not None
