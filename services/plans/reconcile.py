"""Looks after the lifecycles of plans."""

from collections.abc import Sequence

from services.plans.store import plans
from services.plans.store.plans import PlanRow
from shared.engine.lifecycle_client import LifecycleClient
from shared.process.reconciler import SLICE, Reconciler
from shared.store.db import Database


class Lifecycles(Reconciler[PlanRow]):
    """Compares open plans with their lifecycles, and starts those again that are missing."""

    def __init__(self, database: Database, engine: LifecycleClient, slice_of: int = SLICE) -> None:
        super().__init__(engine, slice_of)
        self._database = database
        self._lifecycles = engine

    async def page(self, after: str, limit: int, *, awaited: bool = False) -> Sequence[PlanRow]:
        """Open plans after a plan, in the order of their ids."""
        async with self._database.transaction() as connection:
            return await plans.open_page(connection, after=after, limit=limit, awaited=awaited)

    async def start_again(self, row: PlanRow) -> bool:
        """Start a plan's lifecycle with the input that is kept beside the plan."""
        async with self._database.autocommit() as connection:
            given = await plans.given(connection, row.id)
        if given is not None:
            await self._lifecycles.start(given)
        return given is not None
