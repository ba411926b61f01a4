"""Looks after workflows: one that is missing is started again from its row, one behind looks again."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from shared.base import log
from shared.engine.entity_client import EntityClient, Stuck
from shared.process.reconcile import EVERY, every
from shared.telemetry import metrics

SLICE = 200
AT_ONCE = 8
LOOKS_A_SECOND = 250
"""How many lifecycles the engine is asked about; more would be felt by those who wait for it."""
logger = log.get(__name__)


class Followed(Protocol):
    """A row that a workflow follows."""

    @property
    def id(self) -> str:
        """The key of its subject."""

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""

    @property
    def stage(self) -> str:
        """Where its subject stands."""

    @property
    def version(self) -> int:
        """How often its subject was moved."""


class Versioned(Protocol):
    """What a workflow says of its subject."""

    @property
    def version(self) -> int:
        """The version it knows."""


RowT = TypeVar("RowT", bound=Followed)


class Reconciler(ABC, Generic[RowT]):
    """Compares open rows with their workflows, all of them every minute, ``slice_of`` at a time.

    ``work`` is the name under which its rounds are shown.

    The engine is asked what every workflow shows; a workflow itself is asked where that tells of
    trouble, where somebody waits for a command, and for a slice of the others, round and round: to ask
    one takes a worker, and may take its whole history.
    """

    work = "lifecycles"

    def __init__(self, engine: EntityClient[Any, Any, Any], slice_of: int = SLICE) -> None:
        self._engine = engine
        self._slice = slice_of
        self._after = ""
        self._ended_well = True

    @abstractmethod
    async def page(self, after: str, limit: int, *, awaited: bool = False) -> Sequence[RowT]:
        """The open rows that come after a key, by their keys; ``awaited``: those with a pending command."""

    @abstractmethod
    async def start_again(self, row: RowT) -> bool:
        """Start the workflow of a row from what it was started with; False when that is not known."""

    async def run(self) -> None:
        """Look at all every minute."""
        await every(EVERY, self.look, self.work)

    async def look(self) -> int:
        """Look at all open rows, at those first that somebody waits for; how many needed something."""
        asked: dict[str, bool] = {}
        after_a_good_one, self._ended_well = self._ended_well, False
        async for rows in self._slices(awaited=True):
            await self._ask(rows, asked)
            self._tick(rows, after_a_good_one)
        async for rows in self._slices():
            await self._ask(await self._suspicious(rows), asked)
            self._tick(rows, after_a_good_one)
        rows = await self.page(self._after, self._slice)
        self._after = rows[-1].id if len(rows) == self._slice else ""
        await self._ask(rows, asked)
        self._ended_well = True
        return sum(asked.values())

    def _tick(self, rows: Sequence[RowT], after_a_good_one: bool) -> None:
        """A long round, as after a loss of them all, is no silence; one that fails again and again is."""
        if after_a_good_one and rows:
            metrics.WORK_DONE.labels(self.work).set_to_current_time()

    async def _slices(self, *, awaited: bool = False) -> AsyncIterator[Sequence[RowT]]:
        after, full = "", True
        while full:
            rows = await self.page(after, self._slice, awaited=awaited)
            yield rows
            full = len(rows) == self._slice
            after = rows[-1].id if rows else ""

    async def _suspicious(self, rows: Sequence[RowT]) -> list[RowT]:
        """Those whose workflow is gone, or shows another stage than the row has."""
        gate = asyncio.Semaphore(AT_ONCE)
        pause = asyncio.create_task(asyncio.sleep(len(rows) / LOOKS_A_SECOND))

        async def shown(row: RowT) -> str | None:
            async with gate:
                return await self._engine.shown_stage(row.workflow_id)

        stages = await asyncio.gather(*(shown(row) for row in rows))
        await pause
        return [
            row
            for row, stage in zip(rows, stages, strict=True)
            if stage is None or stage not in ("", row.stage)
        ]

    async def _ask(self, rows: Sequence[RowT], asked: dict[str, bool]) -> None:
        """Ask the workflows of those that were not ``asked`` in this round, and mend what is wrong."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: RowT) -> None:
            async with gate:
                asked[row.id] = await self._looked_after(row)

        await asyncio.gather(*(one(row) for row in rows if row.id not in asked))

    async def _looked_after(self, row: RowT) -> bool:
        try:
            state = await self._engine.state(row.workflow_id)
        except Stuck as stuck:
            # One that nobody can replay must not keep the others from being mended.
            logger.warning("reconcile.stuck", subject=row.id, reason=str(stuck))
            return False
        return await self._mend(row, state)

    async def _mend(self, row: RowT, state: Versioned | None) -> bool:
        """A state is read after its row, so a version above the row's is no fault."""
        if state is not None and state.version >= row.version:
            return False
        metrics.DRIFT.labels("missing" if state is None else "behind").inc()
        if state is not None:
            logger.warning("reconcile.behind", subject=row.id, row=row.version, lifecycle=state.version)
            await self._engine.look_again(row.workflow_id)
            return True
        logger.warning("reconcile.missing", subject=row.id)
        return await self.start_again(row)
