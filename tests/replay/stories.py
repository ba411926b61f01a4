"""The months whose histories are kept, each from its first event to the plan's end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from shared.contracts.lifecycle import Command, LifecycleInput
from shared.contracts.words import Move, Party, Stage
from tests.support.build import command, lifecycle_input
from tests.support.story import LEADER, MONTH_BEGINS, at, stand
from tests.support.timeskip import Owners, Plan

Prepare = Callable[[Owners, LifecycleInput], None]


@dataclass(frozen=True)
class Story:
    """What happens to a plan; ``prepare`` may write its row before its lifecycle starts."""

    tell: Callable[[Plan], Awaitable[None]]
    prepare: Prepare = lambda owners, given: None

    def given(self, owners: Owners) -> LifecycleInput:
        """The input of its lifecycle, the row prepared."""
        given = lifecycle_input()
        self.prepare(owners, given)
        return given


async def _give(plan: Plan, *commands: Command) -> None:
    """One command after the other, each when nothing is under way: so every run has the same order."""
    for one in commands:
        await plan.settled()
        await plan.give(one)


def _approve_as_leader(version: int) -> Command:
    return command(Move.APPROVE, version, actor=LEADER)


async def _clean_month(plan: Plan) -> None:
    """Submitted, approved twice, closed twice, confirmed by both."""
    await _give(
        plan,
        command(Move.SUBMIT, 1),
        command(Move.APPROVE, 2),
        _approve_as_leader(3),
    )
    await plan.settled()
    await plan.reach(MONTH_BEGINS)
    await _give(
        plan,
        command(Move.CLOSE, 4),
        command(Move.CLOSE, 5),
        command(Move.CONFIRM, 6, party=Party.LEADER, actor=LEADER),
        command(Move.CONFIRM, 7),
    )


async def _returned(plan: Plan) -> None:
    """Returned by HR, submitted again, returned by the leader to HR, approved by both, cancelled."""
    await _give(
        plan,
        command(Move.SUBMIT, 1),
        command(Move.RETURN, 2, note="core share 30 is below 40"),
        command(Move.SUBMIT, 3),
        command(Move.APPROVE, 4),
        command(Move.RETURN, 5, actor=LEADER, to=Stage.HR_REVIEW, note="look at the shares"),
        command(Move.APPROVE, 6),
        _approve_as_leader(7),
        command(Move.CANCEL, 8, note="left the company"),
    )


async def _missing(plan: Plan) -> None:
    """Never submitted: the whole ladder, by time alone."""
    await plan.skip_past(at("03-05 18:00"))


async def _recalled(plan: Plan) -> None:
    """Recalled from HR, submitted again, recalled from the leader, exempted."""
    await _give(
        plan,
        command(Move.SUBMIT, 1),
        command(Move.RECALL, 2),
        command(Move.SUBMIT, 3),
        command(Move.APPROVE, 4),
        command(Move.RECALL, 5),
        command(Move.EXEMPT, 6, note="on leave the whole month"),
    )


async def _disputed(plan: Plan) -> None:
    """A score that is disputed, reminded of, and answered by the leader."""
    await _give(plan, command(Move.DISPUTE, 6, note="the trainings were held"))
    await plan.skip_past(at("02-25 18:00"))
    await _give(plan, command(Move.CONFIRM, 7, party=Party.LEADER, actor=LEADER, note="looked again"))


def _scored(owners: Owners, given: LifecycleInput) -> None:
    stand(owners, given, Stage.SCORED, 6, given.scale.calendar_start)


STORIES: Mapping[str, Story] = {
    "clean_month": Story(_clean_month),
    "returned": Story(_returned),
    "missing": Story(_missing),
    "recalled": Story(_recalled),
    "disputed": Story(_disputed, _scored),
}
