"""What a running lifecycle shows to operators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from shared.contracts.words import Stage
from shared.engine.search_attributes import ESCALATION_LEVEL, PLAN_STAGE, REVIEW_DUE_AT


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
