"""Looks after lifecycles: one that is missing is started again from its row, one behind looks again."""

import asyncio
from collections.abc import Sequence

from services.plans.store import plans
from services.plans.store.plans import PlanRow
from shared import log, metrics
from shared.contracts.lifecycle import LifecycleState
from shared.db import Database
from shared.engine import Engine, Stuck
from shared.reconcile import EVERY, every

SLICE = 200
AT_ONCE = 8
logger = log.get(__name__)


class Lifecycles:
    """Compares open plans with their workflows, a slice at a time, round and round."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._after = ""

    async def run(self) -> None:
        """Look at a slice every minute."""
        await every(EVERY, self.look, "lifecycles")

    async def look(self) -> int:
        """Look at the next slice of open plans; how many lifecycles needed something."""
        async with self._database.transaction() as connection:
            rows = await plans.open_page(connection, after=self._after, limit=SLICE)
        self._after = rows[-1].id if len(rows) == SLICE else ""
        return await self._compare(rows)

    async def _compare(self, rows: Sequence[PlanRow]) -> int:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: PlanRow) -> bool:
            async with gate:
                try:
                    state = await self._engine.state(row.ref.workflow_id)
                except Stuck as stuck:
                    # One that nobody can replay must not keep the others from being mended.
                    logger.warning("reconcile.stuck", plan=row.id, reason=str(stuck))
                    return False
                return await self._mend(row, state)

        return sum(await asyncio.gather(*(one(row) for row in rows)))

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
