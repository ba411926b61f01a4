"""Reads one plan with everything that its page shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.plans.store import drafts, ledger
from services.plans.store.drafts import Draft, Revision
from services.plans.store.plans import ListedPlan
from shared.contracts.plan import Finding
from shared.store.db import Connection


@dataclass(frozen=True)
class PlanDetail(ListedPlan):
    """A plan with its draft, its newest revision, and the notes it was approved with."""

    draft: Draft
    newest: Revision | None
    conditions: Sequence[str]

    @property
    def findings(self) -> Sequence[Finding]:
        """What was marked when the plan was last submitted."""
        return self.newest.submission.findings if self.newest else ()


async def read(connection: Connection, listed: ListedPlan) -> PlanDetail:
    """The whole of a plan that its reader has been admitted to."""
    plan = listed.plan
    newest = await drafts.revision(connection, plan.id) if plan.revision else None
    since = newest.submission.plan_version if newest else plan.version
    return PlanDetail(
        **vars(listed),
        draft=await drafts.read(connection, plan),
        newest=newest,
        conditions=await ledger.conditions(connection, plan.id, since),
    )
