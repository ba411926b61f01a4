"""What the plan service learns from others: the organisation, scores and the values of metrics."""

from services.plans.store import progress, scores
from services.plans.store.tables import ORG
from shared.bus.consumer import Reaction, each
from shared.bus.envelope import Meta
from shared.contracts.events import Event, MetricRecorded, PlanScored
from shared.org.copy import ORG_EVENTS
from shared.store.db import Connection


async def keep_organisation(connection: Connection, event: Event, meta: Meta) -> None:
    """Keep people, departments, delegations and absences as the directory tells them."""
    await ORG.keep(connection, event)


async def keep_score(connection: Connection, event: Event, meta: Meta) -> None:
    """Keep the newest score of a plan, to show beside it."""
    if isinstance(event, PlanScored):
        await scores.keep(connection, event.score)


async def keep_metric(connection: Connection, event: Event, meta: Meta) -> None:
    """Keep the newest value of a metric, which a close freezes for the items linked to it."""
    if isinstance(event, MetricRecorded):
        await progress.keep_metric(connection, event)


REACTIONS = (
    Reaction("plans-org", tuple(kind.subject() for kind in ORG_EVENTS), each(keep_organisation)),
    Reaction("plans-scores", (PlanScored.subject(),), each(keep_score)),
    Reaction("plans-metrics", (MetricRecorded.subject(),), each(keep_metric)),
)
DURABLES = {reaction.durable: reaction.subjects for reaction in REACTIONS}
"""What the service listens to, by durable."""
