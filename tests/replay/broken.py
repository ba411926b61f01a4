"""Lifecycles changed as nobody may change them while plans are running."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.lifecycle import PLAN_LIFECYCLE, LifecycleInput, LifecycleState
    from shared.contracts.words import Milestone, Stage
    from workflows.plan_lifecycle import PlanLifecycle
    from workflows.stages import STAGES
    from workflows.stages.plan_stage import Done, PlanContext, PlanStage, Step
    from workflows.stages.review import Review


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


class MoveFirst(Review):
    """Moves the plan before the decision is recorded."""

    async def _decide(self, plan: PlanContext, step: Step) -> Done:
        moved = (await plan.move(step.command, step.target, plan.due(step.target))).moved
        return Done(moved, (await super()._decide(plan, step)).deadline)


OTHER_STAGES = {**STAGES, Stage.HR_REVIEW: MoveFirst(Milestone.HR_REVIEW_DUE)}


@workflow.defn(name=PLAN_LIFECYCLE)
class OtherOrder(PlanLifecycle):
    """Carries out decisions in another order."""

    @workflow.init
    def __init__(self, plan: LifecycleInput) -> None:
        super().__init__(plan)

    @workflow.run
    async def run(self, plan: LifecycleInput) -> LifecycleState:
        """Run as ever."""
        return await super().run(plan)

    @property
    def _stage(self) -> PlanStage:
        return OTHER_STAGES[self.row.here.stage]


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

    def show(self) -> None:
        workflow.set_current_details("nothing")
