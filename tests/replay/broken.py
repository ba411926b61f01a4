"""Lifecycles changed as nobody may change them while plans are running."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.lifecycle import PLAN_LIFECYCLE, Command, LifecycleInput, LifecycleState
    from shared.contracts.words import Stage
    from workflows.acts import Act, Acts
    from workflows.plan_lifecycle import PlanLifecycle


@workflow.defn(name=PLAN_LIFECYCLE)
class OneMoreTimer(PlanLifecycle):
    """Sleeps before it begins."""

    @workflow.init
    def __init__(self, plan: LifecycleInput) -> None:
        super().__init__(plan)

    @workflow.run
    async def run(self, plan: LifecycleInput) -> LifecycleState:
        """Run after a second."""
        await workflow.sleep(1)
        return await super().run(plan)


class MoveFirst(Acts):
    """Moves the plan before the decision is recorded."""

    async def _decide(self, command: Command, stage: Stage, target: Stage) -> Act:
        moved = await self._move(command, target, self._due(target))
        return Act(moved, (await super()._decide(command, stage, target)).deadline)


@workflow.defn(name=PLAN_LIFECYCLE)
class OtherOrder(PlanLifecycle):
    """Carries out decisions in another order."""

    @workflow.init
    def __init__(self, plan: LifecycleInput) -> None:
        super().__init__(plan)
        self._acts = MoveFirst(plan, self._month, self._timer)

    @workflow.run
    async def run(self, plan: LifecycleInput) -> LifecycleState:
        """Run as ever."""
        return await super().run(plan)


@workflow.defn(name=PLAN_LIFECYCLE)
class Silent(PlanLifecycle):
    """Shows operators nothing any more."""

    @workflow.init
    def __init__(self, plan: LifecycleInput) -> None:
        super().__init__(plan)

    @workflow.run
    async def run(self, plan: LifecycleInput) -> LifecycleState:
        """Run as ever."""
        return await super().run(plan)

    def _show(self) -> None:
        workflow.set_current_details("nothing")
