"""What a test asks of the plan service and looks at in its tables."""

from collections.abc import Awaitable
from typing import Any

import pytest

from services.plans.store import plans
from services.plans.store import tables as t
from shared.contracts.ids import PlanRef
from shared.contracts.plans import OpenPlan
from shared.contracts.words import Stage
from shared.store.db import Database
from tests.integration.plans.company import count
from tests.support.build import lifecycle_input
from tests.unit.services.plans.build import (
    PLAN,
    deadline,
    plan,
)

BAD = plan(("core", "30"), ("weak", "20"), ("hobby", "20"), ("routine", "31"))
SHORT = plan(("core", "45"), ("weak", "20"), ("innovation", "15"), ("routine", "20"))


def request(plan: PlanRef = PLAN) -> OpenPlan:
    """The opening of a plan."""
    return OpenPlan(
        command_id=f"plan:{plan.plan_id}:drafting_opens:open",
        given=lifecycle_input(plan=plan),
        deadline=deadline(),
    )


async def rows(database: Database) -> dict[str, int]:
    """How many rows the tables have that a move writes."""
    tables = (t.plans, t.drafts, t.revisions, t.ledger, t.OUTBOX.letters)
    return {table.name: await count(database, table) for table in tables}


async def stand(database: Database) -> tuple[Stage, int]:
    """Stage and version of the plan."""
    async with database.transaction() as connection:
        found = await plans.find(connection, PLAN.plan_id)
    assert found is not None
    return found.plan.stage, found.plan.version


async def refused(call: Awaitable[object], kind: type[Exception]) -> Any:
    """The refusal that a call ends with."""
    with pytest.raises(kind) as raised:
        await call
    return raised.value
