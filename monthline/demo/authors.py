"""Owns how an author plays their month: draft, submit, report, close and answer to the score."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zlib import crc32

from monthline.company.plans import PlanFile
from monthline.company.story import Closing, Part, Returned, Submitting
from monthline.demo.scene import Scene
from monthline.demo.transport import Refusal
from monthline.demo.views import PlanView
from shared.contracts.organisation import first_and_last
from shared.contracts.plan import PlanContent, ProgressEntry
from shared.contracts.words import ENDED, Move, Stage

LOOK_EVERY = 0.3
"""Seconds between two looks at one's own plan."""

DRAFTING_TAKES = timedelta(hours=30)
"""Within how much of the calendar all authors have submitted; who when is the same in every run."""

REPORTS_AT = time(10)
_ATTEMPTS = 5
_STALE = frozenset({"version.stale", "move.already_decided"})


def returns(part: Part) -> int:
    """How often reviewers send the plan back."""
    return sum(isinstance(wish, Returned) for wish in (part.hr, part.leader))


class Derailed(Exception):
    """The plan went where its story does not lead."""


class Author:
    """One person who writes a plan; ``plan`` is what they submit first, ``later`` what stands in the end."""

    def __init__(self, scene: Scene, person: str, plan: PlanFile, later: PlanFile | None) -> None:
        self.person = person
        self._scene = scene
        self._part: Part = scene.part(person)
        self._client = scene.client(person)
        self._plan_id = scene.plan_id(person)
        self._plan = plan
        self._later = later or plan

    async def play(self) -> None:
        """The whole month; returns when nothing is left for the author to do."""
        await self._until(Stage.DRAFTING)
        if self._part.submit is Submitting.NEVER:
            await self._write(self._plan.content)
            return
        await self._take_time()
        await self._hand_in()
        await self._until(Stage.TRACKING)
        await self._report(self._later.progress)
        if self._part.close is Closing.AUTHOR:
            await self._close()
        await self._answer()

    async def _take_time(self) -> None:
        share = crc32(self._plan_id.encode()) % 1000 / 1000
        await self._scene.clock.sleep_until(self._scene.clock.now() + DRAFTING_TAKES * share)

    async def _hand_in(self) -> None:
        """Submits, and submits again whatever was refused, recalled or returned."""
        contents = self._contents()
        if self._part.submit is Submitting.REFUSED:
            await self._be_refused(next(contents))
        await self._submit(next(contents))
        if self._part.recall:
            await self._act(Move.RECALL, Stage.HR_REVIEW)
            await self._submit(next(contents))
        for _ in range(returns(self._part)):
            await self._until(Stage.DRAFTING)
            await self._submit(next(contents))

    def _contents(self) -> Iterator[PlanContent]:
        yield self._plan.content
        while True:
            yield self._later.content

    async def _be_refused(self, content: PlanContent) -> None:
        plan = await self._write(content)
        try:
            await self._client.submit(plan)
        except Refusal as refusal:
            if refusal.code == "plan.blocked":
                return
            raise
        raise Derailed(f"{self._plan_id} was accepted, although its story says that it is refused")

    async def _submit(self, content: PlanContent) -> None:
        await self._client.submit(await self._write(content))

    async def _write(self, content: PlanContent) -> PlanView:
        """Replaces the draft and returns it as it then stands."""
        await self._client.write(await self._until(Stage.DRAFTING), content)
        return await self._client.plan(self._plan_id)

    async def _report(self, entries: Iterable[ProgressEntry]) -> None:
        """Reports what is due on each day, in the morning of that day."""
        ordered = sorted(entries, key=lambda entry: entry.effective)
        for day, due in groupby(ordered, key=lambda entry: entry.effective):
            await self._scene.clock.sleep_until(self._local(day, REPORTS_AT))
            await self._client.report(self._plan_id, list(due))

    async def _close(self) -> None:
        await self._act(Move.CLOSE, Stage.TRACKING)
        await self._act(Move.CLOSE, Stage.CLOSING)

    async def _answer(self) -> None:
        if self._part.close is Closing.TIME:
            await self._scene.clock.sleep_until(self._local(first_and_last(self._scene.month)[1], time(18)))
        if self._part.dispute is None:
            await self._act(Move.CONFIRM, Stage.SCORED)
        else:
            await self._act(Move.DISPUTE, Stage.SCORED, note=self._part.dispute)

    async def _act(self, move: Move, stage: Stage, *, note: str | None = None) -> None:
        """Makes a move once the plan is at ``stage``, looking again when somebody else was faster."""
        for attempt in range(_ATTEMPTS):
            plan = await self._until(stage)
            try:
                await self._client.move(move, self._plan_id, plan.version, note=note)
                return
            except Refusal as refusal:
                if refusal.code not in _STALE or attempt == _ATTEMPTS - 1:
                    raise

    async def _until(self, stage: Stage) -> PlanView:
        """The plan as soon as it is at ``stage``; raises Derailed when it has ended elsewhere."""
        while True:
            plan = await self._look()
            if plan is not None and plan.stage is stage:
                return plan
            if plan is not None and plan.stage in ENDED:
                raise Derailed(f"{self._plan_id} has become {plan.stage} before it was in {stage}")
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> PlanView | None:
        try:
            return await self._client.plan(self._plan_id)
        except Refusal as refusal:
            if refusal.code == "not_found":
                return None
            raise

    def _local(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._scene.clock.zone)
