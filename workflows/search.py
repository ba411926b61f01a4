"""By which search attributes operators find plans; nothing personal is among them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from shared.contracts.ids import PlanRef
from shared.contracts.words import Stage

PLAN_MONTH = SearchAttributeKey.for_keyword("PlanMonth")
DEPARTMENT = SearchAttributeKey.for_keyword("Department")
PLAN_STAGE = SearchAttributeKey.for_keyword("PlanStage")
REVIEW_DUE_AT = SearchAttributeKey.for_datetime("ReviewDueAt")
ESCALATION_LEVEL = SearchAttributeKey.for_int("EscalationLevel")


def at_start(plan: PlanRef, department: str) -> TypedSearchAttributes:
    """What a new lifecycle shows from its first event on."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PLAN_MONTH, plan.month),
            SearchAttributePair(DEPARTMENT, department),
            SearchAttributePair(PLAN_STAGE, Stage.DRAFTING.value),
        ]
    )


def show(stage: Stage, review_due: datetime | None, level: int) -> None:
    """Show where this lifecycle stands; what has not changed costs no event of its history."""
    wanted: Mapping[SearchAttributeKey[Any], Any] = {
        PLAN_STAGE: stage.value,
        REVIEW_DUE_AT: review_due,
        ESCALATION_LEVEL: level or None,
    }
    shown = workflow.info().typed_search_attributes
    changes = [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in wanted.items()
        if shown.get(key) != value
    ]
    if changes:
        workflow.upsert_search_attributes(changes)
