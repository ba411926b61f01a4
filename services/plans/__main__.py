"""The process of the plan service, put together from its settings."""

from services.plans.activities import PlansActivitiesImpl
from services.plans.api import plans_app
from services.plans.reactions import REACTIONS
from services.plans.reconcile import Lifecycles
from services.plans.store import figures, plans
from services.plans.store.tables import COMMANDS, ORG, OUTBOX
from shared.base.settings import Settings
from shared.bus.consumer import Consumer
from shared.contracts.plans import PLANS_QUEUE, PlansActivities
from shared.contracts.words import Stage
from shared.engine.temporal import worker
from shared.health.gauges import Value, of_commands, reading
from shared.org.copy import OrgCache
from shared.process.composition import Connections, connections, rate_limits_of
from shared.process.reconcile import forget_old, resend_commands
from shared.process.runner import Service, bus_check, main
from shared.telemetry import metrics
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway


def _gateway(made: Connections) -> CommandGateway:
    async def stage_of(plan_id: str) -> Stage | None:
        async with made.database.autocommit() as connection:
            return await plans.stage_of(connection, plan_id)

    return CommandGateway(made.database, COMMANDS, made.engine, stage_of)


def _shown(counts: dict[Stage, int]) -> list[Value]:
    return [(metrics.PLANS, (stage.value,), count) for stage, count in counts.items()]


async def compose(settings: Settings) -> Service:
    """The plan service: API, activities, relay, consumers and reconciler."""
    made = await connections(settings, "plans")
    gateway = _gateway(made)
    cache = OrgCache(made.database, ORG)
    lifecycles = Lifecycles(made.database, made.engine)
    consumers: list[Consumer] = []
    app = plans_app(
        database=made.database,
        org=cache,
        engine=made.engine,
        gateway=gateway,
        authenticator=Authenticator(made.tokens, cache.get, settings.admins, rate_limits_of(settings)),
        checks={"database": made.database.check, "bus": lambda: bus_check(made.bus, consumers)},
        company=settings.company,
        allow_time_scale=settings.allow_time_scale,
    )
    return Service(
        name="plans",
        settings=settings,
        app=app,
        database=made.database,
        outbox=OUTBOX,
        bus=made.bus,
        worker=worker(
            settings,
            queue=PLANS_QUEUE,
            contract=PlansActivities,
            implementation=PlansActivitiesImpl(made.database, cache),
        ),
        reactions=REACTIONS,
        tasks=(
            lambda: resend_commands(gateway),
            lambda: forget_old(made.database, OUTBOX),
            lifecycles.run,
        ),
        consumers=consumers,
        readings=(
            of_commands(made.database, COMMANDS),
            reading("plans", made.database, figures.by_stage, _shown, metrics.PLANS),
        ),
    )


if __name__ == "__main__":
    main("plans", compose)
