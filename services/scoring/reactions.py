"""What scoring keeps of facts that others tell: the organisation, and where each plan stands."""

from services.scoring.store import plans
from services.scoring.store.tables import ORG
from shared.bus.consumer import Reaction, each
from shared.bus.envelope import Meta
from shared.contracts.events import Event, StageEntered
from shared.org.copy import ORG_EVENTS
from shared.store.db import Connection


async def keep_organisation(connection: Connection, event: Event, meta: Meta) -> None:
    """Keep the newest version of a person, department, delegation or absence."""
    await ORG.keep(connection, event)


async def keep_stage(connection: Connection, event: Event, meta: Meta) -> None:
    """Keep where a plan stands."""
    if isinstance(event, StageEntered):
        await plans.keep(connection, event)


REACTIONS = (
    Reaction("scoring-org", tuple(event.subject() for event in ORG_EVENTS), each(keep_organisation)),
    Reaction("scoring-plans", (StageEntered.subject(),), each(keep_stage)),
)
DURABLES = {reaction.durable: reaction.subjects for reaction in REACTIONS}
"""What the service listens to, by durable."""
