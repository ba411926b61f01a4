"""The process of the review service, put together from its settings."""

from services.review.activities import ReviewActivitiesImpl
from services.review.api import review_app
from services.review.reactions import REACTIONS
from services.review.store import figures, plans
from services.review.store.tables import COMMANDS, ORG, OUTBOX
from shared.base.settings import Settings
from shared.bus.consumer import Consumer
from shared.contracts.review import REVIEW_QUEUE, ReviewActivities
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

GAUGES = (metrics.REVIEWS_WAITING, metrics.REVIEWS_OVERDUE)


def _gateway(made: Connections) -> CommandGateway:
    async def stage_of(plan_id: str) -> Stage | None:
        async with made.database.autocommit() as connection:
            return await plans.stage_of(connection, plan_id)

    return CommandGateway(made.database, COMMANDS, made.engine, stage_of)


def _shown(counts: dict[Stage, tuple[int, int]]) -> list[Value]:
    waiting = [(metrics.REVIEWS_WAITING, (stage.value,), one[0]) for stage, one in counts.items()]
    overdue = [(metrics.REVIEWS_OVERDUE, (stage.value,), one[1]) for stage, one in counts.items()]
    return [*waiting, *overdue]


async def compose(settings: Settings) -> Service:
    """The review service: API, activities, relay, consumers and reconciler."""
    made = await connections(settings, "review")
    gateway = _gateway(made)
    cache = OrgCache(made.database, ORG)
    consumers: list[Consumer] = []
    app = review_app(
        database=made.database,
        gateway=gateway,
        authenticator=Authenticator(made.tokens, cache.get, settings.admins, rate_limits_of(settings)),
        checks={"database": made.database.check, "bus": lambda: bus_check(made.bus, consumers)},
    )
    return Service(
        name="review",
        settings=settings,
        app=app,
        database=made.database,
        outbox=OUTBOX,
        bus=made.bus,
        worker=worker(
            settings,
            queue=REVIEW_QUEUE,
            contract=ReviewActivities,
            implementation=ReviewActivitiesImpl(made.database),
        ),
        reactions=REACTIONS,
        tasks=(lambda: resend_commands(gateway), lambda: forget_old(made.database, OUTBOX)),
        consumers=consumers,
        readings=(
            of_commands(made.database, COMMANDS),
            reading("reviews", made.database, figures.waiting_and_overdue, _shown, *GAUGES),
        ),
    )


if __name__ == "__main__":
    main("review", compose)
