"""The process of the workflow worker: it decides, and keeps no data of its own."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from shared.base.settings import ProcessSettings
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.engine import temporal
from shared.engine.lifecycle_client import LifecycleClient
from shared.health.probes import health_app
from shared.process.runner import Service, run
from workflows.open_month import OpenMonth
from workflows.plan_lifecycle import PlanLifecycle

# Named here, because the SDK would else hash every loaded module to find a name, which takes seconds.
WORKFLOWS = (PlanLifecycle, OpenMonth)
PASSED_THROUGH = ("shared", "workflows", "pydantic", "pydantic_core", "temporalio", "structlog", "zoneinfo")


def sandbox() -> SandboxedWorkflowRunner:
    """Where workflows run: what they import is passed through, and not loaded again for each of them."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


def lifecycle_worker(client: Client, settings: ProcessSettings) -> Worker:
    """The worker that runs the lifecycles and the openings of months."""
    return Worker(
        client,
        task_queue=LIFECYCLE_QUEUE,
        workflows=WORKFLOWS,
        workflow_runner=sandbox(),
        **temporal.versioning(settings),
        max_cached_workflows=settings.workflow_cache,
        max_concurrent_workflow_tasks=settings.worker_activities,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=temporal.GRACE,
    )


async def compose(settings: ProcessSettings) -> Service:
    """Build the process; it connects to Temporal alone."""
    client = await temporal.connect(settings)
    engine = LifecycleClient(client)
    return Service(
        name="workflows",
        settings=settings,
        app=health_app("workflows", checks={"temporal": engine.check}),
        worker=lambda connected: lifecycle_worker(connected, settings),
    )


if __name__ == "__main__":
    run("workflows", compose, ProcessSettings)
