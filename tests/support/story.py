"""The usual way of a plan through its stages, for tests that begin in the middle of it."""

from datetime import datetime

from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.plan import Position
from shared.contracts.words import Milestone, Move, Party, Stage
from tests.support.build import command
from tests.support.timeskip import Owners, Plan
from workflows.deadlines import Month

LEADER = "leader1"

STEPS: tuple[tuple[Stage, Move, dict[str, str]], ...] = (
    (Stage.DRAFTING, Move.SUBMIT, {}),
    (Stage.HR_REVIEW, Move.APPROVE, {}),
    (Stage.LEADER_REVIEW, Move.APPROVE, {"actor": LEADER}),
    (Stage.TRACKING, Move.CLOSE, {}),
    (Stage.CLOSING, Move.CLOSE, {}),
)


def at(text: str) -> datetime:
    """An instant of 2026 as Shanghai writes it: ``MM-DD HH:MM``."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}+08:00")


MONTH_BEGINS = at("03-01 09:00")


async def bring(plan: Plan, stage: Stage) -> int:
    """Move a new plan on until it stands in ``stage`` and nothing is under way; its version there."""
    version = 1
    for source, move, changes in STEPS:
        if source is stage:
            break
        if move is Move.CLOSE:
            await plan.reach(MONTH_BEGINS)
        await plan.give(command(move, version, **changes))
        version += 1
    await plan.settled()
    return version


async def confirm(plan: Plan, version: int) -> None:
    """Leader and author confirm the score."""
    await plan.give(command(Move.CONFIRM, version, party=Party.LEADER, actor=LEADER))
    await plan.give(command(Move.CONFIRM, version + 1))


def stand(owners: Owners, given: LifecycleInput, stage: Stage, version: int, since: datetime) -> None:
    """Write the plan's row as if it had come to ``stage`` at the calendar instant ``since``."""
    month = Month(given.plan.month, given.zone, given.policy, given.working_days)
    deadlines = {
        Stage.DRAFTING: month.draft_due(since),
        Stage.HR_REVIEW: month.review_due(Milestone.HR_REVIEW_DUE, since),
        Stage.LEADER_REVIEW: month.review_due(Milestone.LEADER_REVIEW_DUE, since),
        Stage.TRACKING: month.close_opens(),
        Stage.CLOSING: month.actuals_due(),
        Stage.SCORED: month.confirmation_due(since),
    }
    owners.plans.positions[given.plan.plan_id] = Position(
        plan=given.plan,
        stage=stage,
        version=version,
        entered_at=given.scale.clock(since),
        deadline=deadlines.get(stage),
    )
