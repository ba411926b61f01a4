"""Making servers ready for Monthline: schemas and roles, the stream, search attributes and the schedule."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import NotFoundError
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from monthline.deployment import Deployment
from monthline.listeners import all_durables
from monthline.registry import SERVICES
from shared.bus.connection import tls_of
from shared.bus.jetstream import STREAM, Bus, provision, provision_consumers
from shared.contracts.ids import LIFECYCLE_QUEUE, open_month_workflow_id, schedule_id
from shared.contracts.lifecycle import OPEN_MONTH, SEARCH_ATTRIBUTES, OpenMonthInput
from shared.engine.temporal import connect
from shared.health.preflight import namespace_is_fit
from shared.migrations.run import migrate

VALUE_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}
OPENS_AT_HOUR = 6
PATIENCE = 5.0
Say = Callable[[str], None]


async def look_at_stream(deployment: Deployment) -> None:
    """Whether NATS lets us in and keeps streams; raises ConnectionError or what NATS says when not."""
    bus = Bus(deployment.nats_url, name="monthline-migrate", tls=tls_of(deployment))
    try:
        await bus.connect_within(PATIENCE)
        with suppress(NotFoundError):
            await bus.jetstream.stream_info(STREAM)
    except NatsTimeout as error:
        raise ConnectionError(bus.condition.denied or f"no answer within {PATIENCE:.0f} s") from error
    finally:
        await bus.close()


async def look_at_engine(deployment: Deployment) -> None:
    """Whether Temporal lets us in and has the namespace; raises Unfit or what the SDK says when not."""
    await namespace_is_fit(await connect_engine(deployment))


def provision_database(deployment: Deployment, say: Say) -> None:
    """Create or migrate every service's role and schema."""
    for service in SERVICES:
        migrate(deployment.owner(service), service, deployment.dsn(service))
        say(f"schema {service} is at its newest version")


async def provision_stream(deployment: Deployment, say: Say) -> None:
    """Create the stream or correct its limits, and every service's durables."""
    bus = Bus(deployment.nats_url, name="monthline-migrate", tls=tls_of(deployment))
    await bus.connect_within(PATIENCE)
    try:
        done = await provision(bus)
        durables = all_durables()
        await provision_consumers(bus, durables)
    finally:
        await bus.close()
    say(f"stream {STREAM} {done}")
    say(f"{len(durables)} durable consumers are as this version wants them")


async def connect_engine(deployment: Deployment) -> Client:
    """A connected Temporal client; raises RuntimeError when the server does not answer."""
    return await connect(deployment, lazy=False)


async def missing_search_attributes(client: Client) -> list[str]:
    """The search attributes of Monthline that the namespace does not have."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=timedelta(seconds=5)
    )
    return [name for name in SEARCH_ATTRIBUTES if name not in known.custom_attributes]


async def provision_engine(deployment: Deployment, say: Say, *, schedule: bool = True) -> None:
    """Register the search attributes and the schedule that opens every month."""
    client = await connect_engine(deployment)
    missing = await missing_search_attributes(client)
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes={name: VALUE_TYPES[SEARCH_ATTRIBUTES[name]] for name in missing},
            ),
            timeout=timedelta(seconds=10),
        )
    say(f"search attributes: {len(missing)} added")
    if schedule:
        say(await provision_schedule(client, deployment.company, deployment.company_zone))


async def provision_schedule(client: Client, company: str, zone: str) -> str:
    """The schedule looks every morning whether the next month's drafting has begun; what was done.

    One that is there keeps its times; its input is written again, so that it has the newest key.
    """
    name = schedule_id(company)
    schedule = _schedule(company, zone)
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(lambda kept: _with_action(kept, schedule))
        return f"schedule {name} is there"
    return f"schedule {name} created: daily at {OPENS_AT_HOUR}:00 {zone}"


def _schedule(company: str, zone: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            OPEN_MONTH,
            OpenMonthInput(company=company),
            id=open_month_workflow_id(company, "next"),
            task_queue=LIFECYCLE_QUEUE,
            static_summary="Open the next month when its drafting has begun",
        ),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(OPENS_AT_HOUR)])],
            time_zone_name=zone,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(days=3)),
    )


def _with_action(kept: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate:
    return ScheduleUpdate(replace(kept.description.schedule, action=wanted.action))
