"""Owns how those who decide play their month: HR, leaders, their deputies, and leaders again at the score."""

import asyncio
from collections.abc import Iterable, Sized

from monthline.company.files import CompanyFiles
from monthline.company.story import Part, Returned, Reviewing
from monthline.demo.scene import Scene
from monthline.demo.transport import Refusal
from monthline.demo.views import ScoreLine, WaitingItem
from shared.contracts.calendar import StepPolicy
from shared.contracts.words import Move, Role, Rung, Stage
from shared.locale.catalogue import in_every_language

REVIEWS = (0.4, 0.8)
"""Seconds between two looks at what waits: while something does, and at most when nothing does."""

SCORES = (0.6, 1.5)
"""The same for scores, which wait longer."""

AT_ONCE = 4
"""How many decisions one person has on their way."""


_LOST_RACE = frozenset({"version.stale", "move.already_decided", "move.wrong_stage"})


class Rhythm:
    """The pauses between looks: short while something waits, growing while nothing does."""

    def __init__(self, shortest: float, longest: float) -> None:
        self._shortest = shortest
        self._longest = longest
        self._pause = shortest

    async def pause(self, waiting: Sized) -> None:
        """Returns when it is time to look again."""
        self._pause = self._shortest if waiting else min(self._pause * 1.25, self._longest)
        await asyncio.sleep(self._pause)


def who_decides(company: CompanyFiles) -> list[str]:
    """Everybody whom a plan may wait for: by role, by heading a department, by delegation."""
    by_role = {
        person.id
        for person in company.people
        for grant in person.roles
        if grant.role in (Role.HR, Role.LEADER, Role.EXECUTIVE)
    }
    by_place = {department.leader for department in company.departments if department.leader}
    return sorted(by_role | by_place | {delegation.taker for delegation in company.delegations})


class Reviewer:
    """One person for whom reviews may wait."""

    def __init__(self, scene: Scene, person: str) -> None:
        self.person = person
        self._scene = scene
        self._client = scene.client(person)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def play(self) -> None:
        """Decides what waits, for as long as the month lasts."""
        rhythm = Rhythm(*REVIEWS)
        while True:
            waiting = await self._client.waiting(self._scene.month)
            await asyncio.gather(*(self._consider(item) for item in waiting))
            await rhythm.pause(waiting)

    async def _consider(self, item: WaitingItem) -> None:
        part = self._scene.part(item.author)
        if part.recall and item.revision == 1:
            return
        async with self._gate:
            wish = part.hr if item.stage is Stage.HR_REVIEW else part.leader
            if _stalls(item, wish) and not await self._leadership_knows(item):
                return
            if isinstance(wish, Returned) and item.revision == _returned_revision(part, item.stage):
                await self._decide(Move.RETURN, item, wish.reason)
            else:
                await self._decide(Move.APPROVE, item)

    async def _leadership_knows(self, item: WaitingItem) -> bool:
        """Whether the last rung before the end of the ladder has been fired for this very round."""
        cycle = self._scene.company.cycle
        step = cycle.hr_review if item.stage is Stage.HR_REVIEW else cycle.leader_review
        review = await self._client.review(item.plan_id)
        return any((rung.rung, rung.version) == (highest_rung(step), item.version) for rung in review.rungs)

    async def _decide(self, move: Move, item: WaitingItem, note: str | None = None) -> None:
        try:
            await self._client.move(move, item.plan_id, item.version, note=note)
        except Refusal as refusal:
            if refusal.code not in _LOST_RACE:
                raise


def _stalls(item: WaitingItem, wish: Reviewing | Returned) -> bool:
    """Whether this reviewer lets the plan lie: for show, or because the one who acts for whom is another."""
    by_deputy = item.on_behalf_of is not None
    return wish is Reviewing.STALL or by_deputy != (wish is Reviewing.DELEGATE)


def _returned_revision(part: Part, stage: Stage) -> int:
    """The first revision that reaches the step: after a recall the second, after HR's return the next."""
    first = 2 if part.recall else 1
    return first + (stage is Stage.LEADER_REVIEW and isinstance(part.hr, Returned))


def highest_rung(step: StepPolicy) -> Rung:
    """The last rung that somebody is told of before the end state."""
    if step.leadership_after is not None:
        return Rung.LEADERSHIP
    return Rung.SUPERIOR if step.superior_after is not None else Rung.DUE


class Leader:
    """One person who answers for others' plans, at the score."""

    def __init__(self, scene: Scene, person: str) -> None:
        self.person = person
        self._scene = scene
        self._client = scene.client(person)

    async def play(self) -> None:
        """Confirms scores and answers disputes, for as long as the month lasts."""
        rhythm = Rhythm(*SCORES)
        while True:
            lines = await self._client.scores(self._scene.month)
            mine = [line for line in lines if self._my_turn(line)]
            await asyncio.gather(*(self._confirm(line) for line in mine))
            await rhythm.pause(mine)

    def _my_turn(self, line: ScoreLine) -> bool:
        """Whether the score waits for this leader: to be confirmed, or, where one comes, to a dispute."""
        leader = self._scene.company.organisation.leader_above(line.author, line.department)
        if line.stage is not Stage.SCORED or leader != self.person:
            return False
        if self._scene.part(line.author).dispute is not None:
            return line.answers.dispute_open
        return line.answers.leader_confirmed_by is None

    async def _confirm(self, line: ScoreLine) -> None:
        note = None
        if line.answers.dispute_open:
            note = self._scene.part(line.author).answer or in_every_language("demo.upheld")
        try:
            await self._client.move(Move.CONFIRM, line.plan_id, line.version, note=note)
        except Refusal as refusal:
            if refusal.code not in _LOST_RACE:
                raise


def leaders(scene: Scene, authors: Iterable[str]) -> list[str]:
    """Who answers for the plans of ``authors``."""
    organisation = scene.company.organisation
    departments = {person.id: person.department for person in scene.company.people}
    found = (organisation.leader_above(author, departments[author]) for author in authors)
    return sorted({leader for leader in found if leader is not None})
