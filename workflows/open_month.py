"""Opening a month: every planner's lifecycle is started once, in a sliding window that can be resumed."""

import asyncio
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from shared.contracts.calendar import CyclePolicy, TimeScale, WorkingDays
    from shared.contracts.directory import (
        CutWorkingDays,
        DirectoryActivities,
        ListPlanners,
        Planner,
    )
    from shared.contracts.ids import LIFECYCLE_QUEUE, PlanRef
    from shared.contracts.lifecycle import (
        OPEN_MONTH,
        LifecycleInput,
        OpenedMonth,
        OpenMonthInput,
    )
    from shared.contracts.plans import GetCyclePolicy, PlansActivities
    from shared.contracts.refusals import Refusal
    from shared.engine.search_attributes import at_start, summary
    from shared.engine.temporal import TASK_TIMEOUT, as_failure
    from workflows.deadlines import Month, month_days, next_month
    from workflows.owners import ask
    from workflows.plan_lifecycle import PlanLifecycle

PAGES_PER_RUN = 10
# A policy may count 60 working days back from the month, and late plans are reviewed long after it.
BEFORE = AFTER = timedelta(days=120)
NEXT = timedelta(days=62)


@workflow.defn(name=OPEN_MONTH)
class OpenMonth:
    """Starts the lifecycles of a month; run again it starts only those that are missing."""

    @workflow.run
    async def run(self, request: OpenMonthInput) -> OpenedMonth:
        """Open the month named, or the next one when its drafting has begun."""
        try:
            return await self._open(request)
        except Refusal as refused:
            raise as_failure(refused) from refused

    async def _open(self, request: OpenMonthInput) -> OpenedMonth:
        scale = request.scale or _real_time()
        now = scale.calendar(workflow.now())
        days = await self._working_days(request.month, now.date())
        today = now.astimezone(ZoneInfo(days.zone)).date()
        month = request.month or next_month(f"{today:%Y-%m}")
        policy = await ask(PlansActivities.cycle_policy, GetCyclePolicy(month=month))
        if request.month is None and today < Month(month, days.zone, policy, days).drafting_opens():
            return OpenedMonth(month=None, started=0)
        return await self._start_all(request, month, policy, days, scale)

    async def _working_days(self, month: str | None, today: date) -> WorkingDays:
        """The days around today and the month; which month comes next only the company's zone tells."""
        first, last = month_days(month) if month else (today, today + NEXT)
        span = CutWorkingDays(first=min(first, today) - BEFORE, last=max(last, today) + AFTER)
        return await ask(DirectoryActivities.working_days, span)

    async def _start_all(
        self,
        request: OpenMonthInput,
        month: str,
        policy: CyclePolicy,
        days: WorkingDays,
        scale: TimeScale,
    ) -> OpenedMonth:
        after, started = request.after, request.started
        for _ in range(PAGES_PER_RUN):
            page = await ask(
                DirectoryActivities.list_planners,
                ListPlanners(month=month, people=request.people, after=after, limit=request.window),
            )
            inputs = [
                _input(request.company, month, planner, policy, days, scale) for planner in page.planners
            ]
            started += sum(await asyncio.gather(*(_start(plan) for plan in inputs)))
            if len(page.planners) < request.window:
                return OpenedMonth(month=month, started=started)
            after = page.planners[-1].person
        workflow.continue_as_new(
            request.model_copy(update={"month": month, "after": after, "started": started})
        )


def _real_time() -> TimeScale:
    """Calendar and clock agree; where they are tied together does not matter."""
    now = workflow.now()
    return TimeScale(clock_start=now, calendar_start=now)


def _input(
    company: str, month: str, planner: Planner, policy: CyclePolicy, days: WorkingDays, scale: TimeScale
) -> LifecycleInput:
    return LifecycleInput(
        plan=PlanRef(company=company, month=month, person=planner.person, department=planner.department),
        zone=planner.zone,
        policy=policy,
        working_days=days,
        scale=scale,
    )


async def _start(plan: LifecycleInput) -> bool:
    """Start a lifecycle that outlives this workflow; False when it runs or has ended well already.

    One that failed, for want of a template say, or was terminated is started again.
    """
    try:
        await workflow.start_child_workflow(
            PlanLifecycle.run,
            plan,
            id=plan.plan.workflow_id,
            task_queue=LIFECYCLE_QUEUE,
            parent_close_policy=ParentClosePolicy.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            task_timeout=TASK_TIMEOUT,
            search_attributes=at_start(plan.plan),
            static_summary=summary(plan.plan),
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("already started: %s", plan.plan.workflow_id)
        return False
    return True
