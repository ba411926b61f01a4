"""Owns the play itself: everybody acts at once, somebody watches, and it ends when every plan has."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from monthline.demo.authors import Author, Derailed
from monthline.demo.causes import single_cause
from monthline.demo.expectations import expected, planners
from monthline.demo.reviewers import Leader, Reviewer, leaders, who_decides
from monthline.demo.scene import Mishap, Scene
from monthline.demo.transport import Refusal, Unanswered
from monthline.demo.views import PlanView
from monthline.demo.witnesses import all_plans, witnesses
from shared.contracts.words import ENDED, Stage

LOOK_EVERY = 0.4
"""Seconds between two looks at all plans."""

_AGAIN_AFTER = 1.0


class Actor(Protocol):
    """Somebody with a part in the month."""

    person: str

    async def play(self) -> None:
        """The whole part."""


class Display(Protocol):
    """Where the course of the month is shown."""

    def show(self, calendar: datetime, stages: Mapping[Stage, int]) -> None:
        """The calendar's date and how many plans are in which stage."""


class MonthUnfinished(Exception):
    """Plans are still under way although the month's time is over; the text names them."""


async def play(scene: Scene, display: Display, patience: float) -> None:
    """Plays the month to its end.

    Raises:
        MonthUnfinished: ``patience`` seconds have passed and plans are still under way.
    """
    with single_cause():
        async with asyncio.TaskGroup() as group:
            authors = [group.create_task(_author(scene, actor)) for actor in _authors(scene)]
            deciders = [group.create_task(_decider(scene, actor)) for actor in _deciders(scene)]
            try:
                await _watch(scene, display, patience)
            finally:
                for task in (*authors, *deciders):
                    task.cancel()


def _authors(scene: Scene) -> Iterator[Author]:
    for person in planners(scene.company, scene.month):
        plan = scene.company.plan_of(person, scene.month)
        if plan is not None:
            yield Author(scene, person, plan, scene.company.last_plan_of(person, scene.month))


def _deciders(scene: Scene) -> Iterator[Actor]:
    yield from (Reviewer(scene, person) for person in who_decides(scene.company))
    authors = planners(scene.company, scene.month)
    yield from (Leader(scene, person) for person in leaders(scene, authors))


async def _author(scene: Scene, author: Author) -> None:
    try:
        await author.play()
    except (Refusal, Unanswered, Derailed) as error:
        scene.mishaps.append(Mishap(person=author.person, what=str(error)))


async def _decider(scene: Scene, decider: Actor) -> None:
    """One refusal does not end a decider's month: others' plans wait for them too."""
    while True:
        try:
            await decider.play()
        except (Refusal, Unanswered) as error:
            mishap = Mishap(person=decider.person, what=str(error))
            if mishap not in scene.mishaps:
                scene.mishaps.append(mishap)
        await asyncio.sleep(_AGAIN_AFTER)


async def _watch(scene: Scene, display: Display, patience: float) -> None:
    ends = {
        scene.plan_id(person): expected(scene.company, scene.month, person).end
        for person in planners(scene.company, scene.month)
    }
    authors = [person for person in scene.company.people if scene.plan_id(person.id) in ends]
    eyes = [scene.client(person) for person in witnesses(scene.company.organisation, authors)]
    deadline = time.monotonic() + patience
    while True:
        plans = [plan for plan, _ in await all_plans(eyes, scene.month)]
        display.show(scene.clock.now(), Counter(plan.stage for plan in plans))
        waiting = _under_way(plans, ends)
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise MonthUnfinished(_unfinished(scene, waiting))
        await asyncio.sleep(LOOK_EVERY)


def _under_way(plans: list[PlanView], ends: Mapping[str, Stage]) -> dict[str, str]:
    """The plans that have not come to their end, each with where it is instead."""
    stages = {plan.id: plan.stage for plan in plans}
    return {
        plan_id: stages[plan_id].value if plan_id in stages else "not opened"
        for plan_id, end in ends.items()
        if stages.get(plan_id) not in ENDED | {end}
    }


def _unfinished(scene: Scene, waiting: Mapping[str, str]) -> str:
    lines = [f"  {plan_id}: {where}" for plan_id, where in sorted(waiting.items())]
    lines += [f"  {mishap.person} had trouble: {mishap.what}" for mishap in scene.mishaps]
    return "\n".join(["the month is over and plans are still under way:", *lines])
