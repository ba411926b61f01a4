"""The process of the scoring service, put together from its settings."""

from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.api import scoring_app
from services.scoring.reactions import REACTIONS
from services.scoring.store import plans
from services.scoring.store.tables import COMMANDS, ORG, OUTBOX, SCHEMA
from shared.base.settings import Settings
from shared.bus.consumer import Consumer
from shared.contracts.scoring import SCORING_QUEUE, ScoringActivities
from shared.contracts.words import Stage
from shared.engine.temporal import worker
from shared.health.gauges import of_commands
from shared.org.copy import OrgCache
from shared.process.composition import Connections, connections, rate_limits_of
from shared.process.reconcile import forget_old, resend_commands
from shared.process.runner import Service, bus_check, main
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway


def _gateway(made: Connections) -> CommandGateway:
    async def stage_of(plan_id: str) -> Stage | None:
        async with made.database.autocommit() as connection:
            return await plans.stage_of(connection, plan_id)

    return CommandGateway(made.database, COMMANDS, made.engine, stage_of)


async def compose(settings: Settings) -> Service:
    """The scoring service: API, activities, relay, consumers and reconciler."""
    made = await connections(settings, SCHEMA)
    gateway = _gateway(made)
    cache = OrgCache(made.database, ORG)
    consumers: list[Consumer] = []
    app = scoring_app(
        database=made.database,
        org=cache,
        gateway=gateway,
        authenticator=Authenticator(made.tokens, cache.get, settings.admins, rate_limits_of(settings)),
        checks={"database": made.database.check, "bus": lambda: bus_check(made.bus, consumers)},
    )
    return Service(
        name=SCHEMA,
        settings=settings,
        app=app,
        database=made.database,
        outbox=OUTBOX,
        bus=made.bus,
        worker=worker(
            settings,
            queue=SCORING_QUEUE,
            contract=ScoringActivities,
            implementation=ScoringActivitiesImpl(made.database),
        ),
        reactions=REACTIONS,
        tasks=(lambda: resend_commands(gateway), lambda: forget_old(made.database, OUTBOX)),
        consumers=consumers,
        readings=(of_commands(made.database, COMMANDS),),
    )


if __name__ == "__main__":
    main(SCHEMA, compose)
