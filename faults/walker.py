"""One plan and its people: they take it through its stages, at random or to where a drill wants it."""

from collections.abc import Iterable
from random import Random
from uuid import UUID

from faults.company import HR, LEADER, MONTH, plan_id
from faults.driver import Answer, Driver, Wish
from shared.contracts.words import Move, Stage

Step = tuple[str, Move]
AUTHOR = "author"
ONWARDS: dict[Stage, Step] = {
    Stage.DRAFTING: (AUTHOR, Move.SUBMIT),
    Stage.HR_REVIEW: (HR, Move.APPROVE),
    Stage.LEADER_REVIEW: (LEADER, Move.APPROVE),
    Stage.TRACKING: (AUTHOR, Move.CLOSE),
    Stage.CLOSING: (AUTHOR, Move.CLOSE),
}
ROUND: dict[Stage, tuple[Step, ...]] = {
    Stage.DRAFTING: ((AUTHOR, Move.SUBMIT),),
    Stage.HR_REVIEW: ((HR, Move.APPROVE), (HR, Move.RETURN), (AUTHOR, Move.RECALL)),
    Stage.LEADER_REVIEW: ((LEADER, Move.RETURN), (AUTHOR, Move.RECALL)),
}
"""Moves that keep a plan between draft and leader, so that it can be moved for ever."""
STAGES = (*ONWARDS, Stage.SCORED)


class Walker:
    """A plan as its people have last seen it."""

    def __init__(self, driver: Driver, person: str, month: str = MONTH) -> None:
        self.person = person
        self.plan = plan_id(person, month)
        self.stage = Stage.DRAFTING
        self.version = 1
        self._driver = driver

    def wish(self, step: Step, rng: Random, *, version: int | None = None) -> Wish:
        """A command under a key of its own."""
        actor = self.person if step[0] == AUTHOR else step[0]
        return Wish(
            actor=actor,
            plan=self.plan,
            move=step[1],
            version=self.version if version is None else version,
            key=UUID(int=rng.getrandbits(128)).hex,
            note="drill" if step[1] is Move.RETURN else None,
        )

    def onwards(self, rng: Random) -> Wish:
        """The command that brings the plan one stage further."""
        return self.wish(ONWARDS[self.stage], rng)

    def any(self, rng: Random) -> Wish:
        """A random command that is possible now."""
        return self.wish(rng.choice(ROUND[self.stage]), rng)

    def seen(self, answer: Answer) -> None:
        """What an answer with success says about the plan."""
        if answer.kind == "ok":
            self.version, self.stage = answer.version, Stage(answer.body["stage"])

    async def do(self, wish: Wish, *, to: str | None = None) -> Answer:
        """Give a command until it is done or refused for good."""
        answer = await self._driver.do(wish, to=to)
        self.seen(answer)
        if answer.kind != "ok":
            await self.look()
        return answer

    async def step(self, rng: Random) -> Answer:
        """Any command that is possible; one in eight is of somebody who has not looked again."""
        if self.version > 1 and rng.random() < 1 / 8:
            return await self.do(self.wish(rng.choice(ROUND[self.stage]), rng, version=self.version - 1))
        return await self.do(self.any(rng))

    async def look(self) -> None:
        """Read where the plan stands."""
        found = await self._driver.must("GET", "plans", f"/plans/{self.plan}", self.person)
        self.version, self.stage = found["version"], Stage(found["stage"])

    async def bring(self, stage: Stage, rng: Random) -> "Walker":
        """Bring the plan to a stage; back to its draft first, when it is past it."""
        await self.look()
        while self.stage is not stage:
            behind = STAGES.index(self.stage) < STAGES.index(stage)
            wish = self.onwards(rng) if behind else self.wish((AUTHOR, Move.RECALL), rng)
            answer = await self.do(wish)
            if answer.kind != "ok":
                raise AssertionError(f"{self.plan} cannot be brought to {stage}: {wish.move} {answer.code}")
        return self

    @property
    def reusable(self) -> bool:
        """Whether it can still be brought to any stage."""
        return self.stage in ROUND


def least_moved(walkers: Iterable[Walker], count: int) -> list[Walker]:
    """The half that was moved least, ``count`` at least: a plan takes only so many revisions."""
    ordered = sorted(walkers, key=lambda walker: walker.version)
    return ordered[: max(count, len(ordered) // 2)]
