"""The case that the linter judges, from what the plan service keeps."""

from datetime import date
from zoneinfo import ZoneInfo

from services.plans.domain.lint.case import Case
from services.plans.store.drafts import Draft
from services.plans.store.plans import PlanRow
from shared.contracts.plan import PlanContent


def case_of(plan: PlanRow, draft: Draft, content: PlanContent | None = None) -> Case:
    """The draft as kept, or ``content`` in its place, with all that is known around it."""
    return Case(
        content=draft.content if content is None else content,
        template=draft.template,
        month=plan.ref.month,
        calendar=draft.given.working_days if draft.given else None,
        today=_today(plan, draft),
    )


def _today(plan: PlanRow, draft: Draft) -> date | None:
    """The day on the plan's own calendar, which in a trial run is not the machines'."""
    if draft.given is None:
        return None
    return draft.given.scale.calendar(plan.moment).astimezone(ZoneInfo(plan.zone)).date()
