"""The process of the scoring service, put together from its settings."""

from services.scoring.activities import Scores
from services.scoring.api import scoring_app
from services.scoring.reactions import REACTIONS
from services.scoring.store import plans
from services.scoring.store.tables import COMMANDS, ORG, OUTBOX, SCHEMA
from shared.consumer import Consumer
from shared.contracts.scoring import SCORING_QUEUE, ScoringActivities
from shared.contracts.words import Stage
from shared.door import Door
from shared.inbound import CommandDesk
from shared.org.copy import OrgCache
from shared.parts import Parts, parts, rates_of
from shared.process import Service, bus_check, main
from shared.readings import of_commands
from shared.reconcile import forget_old, resend_commands
from shared.settings import Settings
from shared.temporal import worker


def _desk(made: Parts) -> CommandDesk:
    async def stage_of(plan_id: str) -> Stage | None:
        async with made.database.autocommit() as connection:
            return await plans.stage_of(connection, plan_id)

    return CommandDesk(made.database, COMMANDS, made.engine, stage_of)


async def compose(settings: Settings) -> Service:
    """The scoring service: API, activities, relay, consumers and reconciler."""
    made = await parts(settings, SCHEMA)
    desk = _desk(made)
    cache = OrgCache(made.database, ORG)
    consumers: list[Consumer] = []
    app = scoring_app(
        database=made.database,
        org=cache,
        desk=desk,
        door=Door(made.tokens, cache.get, settings.admins, rates_of(settings)),
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
            keeper=Scores(made.database),
        ),
        reactions=REACTIONS,
        tasks=(lambda: resend_commands(desk), lambda: forget_old(made.database, OUTBOX)),
        consumers=consumers,
        readings=(of_commands(made.database, COMMANDS),),
    )


if __name__ == "__main__":
    main(SCHEMA, compose)
