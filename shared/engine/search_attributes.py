"""By which search attributes operators find lifecycles in the engine; nothing personal is among them."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from shared.contracts.ids import PlanRef
from shared.contracts.words import Stage

PLAN_MONTH = SearchAttributeKey.for_keyword("PlanMonth")
DEPARTMENT = SearchAttributeKey.for_keyword("Department")
PLAN_STAGE = SearchAttributeKey.for_keyword("PlanStage")
REVIEW_DUE_AT = SearchAttributeKey.for_datetime("ReviewDueAt")
ESCALATION_LEVEL = SearchAttributeKey.for_int("EscalationLevel")


def at_start(plan: PlanRef) -> TypedSearchAttributes:
    """What a new lifecycle shows from its first event on."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PLAN_MONTH, plan.month),
            SearchAttributePair(DEPARTMENT, plan.department),
            SearchAttributePair(PLAN_STAGE, Stage.DRAFTING.value),
        ]
    )


def summary(plan: PlanRef) -> str:
    """What operators read of a lifecycle in a list."""
    return f"Plan {plan.month}, department {plan.department}"
