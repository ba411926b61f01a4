"""Temporal for every process: the client, the worker's activities, and refusals carried as failures."""

import functools
import inspect
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.common import RetryPolicy, VersioningBehavior, WorkerDeploymentVersion
from temporalio.exceptions import ApplicationError
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import TLSConfig
from temporalio.worker import Worker, WorkerDeploymentConfig

from shared.base import log
from shared.base.settings import ProcessSettings, TemporalSettings
from shared.contracts.refusals import Refusal, StoreDown, refusal
from shared.contracts.rungs import FireRung
from shared.contracts.words import RungOutcome
from shared.engine.codec import data_converter
from shared.engine.trace_interceptor import TraceInterceptor
from shared.telemetry import metrics, tracing

RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=5),
)
"""Activities are tried for ever: a command that was accepted is carried out or refused, never dropped."""

HEARD = (RungOutcome.SENT, RungOutcome.NOBODY)
GRACE = timedelta(seconds=20)
TASK_TIMEOUT = timedelta(seconds=3)
"""How long a lifecycle waits for a worker that took its task and died; the engine's own default is 10 s."""
BUILD = f"monthline-{version('monthline')}"
"""What workers call themselves; without it the SDK reads every loaded module to make up a name."""
logger = log.get(__name__)


def tls_of(settings: TemporalSettings) -> TLSConfig | bool:
    """How TLS is spoken to Temporal; False for not at all. An API key never travels without it."""
    files = (
        settings.temporal_tls_server_ca_cert_path,
        settings.temporal_tls_client_cert_path,
        settings.temporal_tls_client_key_path,
    )
    wanted = settings.temporal_tls or settings.temporal_api_key or settings.temporal_tls_server_name
    if not wanted and not any(files):
        return False
    ca, certificate, key = (Path(file).read_bytes() if file else None for file in files)
    return TLSConfig(
        server_root_ca_cert=ca,
        client_cert=certificate,
        client_private_key=key,
        domain=settings.temporal_tls_server_name or None,
    )


async def connect(settings: TemporalSettings, *, lazy: bool = True) -> Client:
    """A client; a lazy one connects with its first call, so that a process starts without the engine."""
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(
            settings.keyring, settings.payload_compress_from, strict=settings.payload_strict
        ),
        tls=tls_of(settings),
        api_key=settings.temporal_api_key or None,
        interceptors=[TraceInterceptor()] if tracing.on() else [],
        lazy=lazy,
    )


def serve_engine_figures() -> str | None:
    """Have the SDK serve its own figures on loopback, for this process alone; their address.

    To be called before the first client is made.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    figures = PrometheusConfig(bind_address=address, durations_as_seconds=True, counters_total_suffix=True)
    try:
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(metrics=figures)))
    except (RuntimeError, ValueError) as error:
        logger.warning("temporal.no_figures", error=str(error)[:200])
        return None
    return f"http://{address}/metrics"


def as_failure(refused: Refusal) -> ApplicationError:
    """A refusal in the only form that may leave a workflow's handler or an activity."""
    return ApplicationError(
        refused.code, refused.details, type=refused.code, non_retryable=not isinstance(refused, StoreDown)
    )


def as_refusal(failure: BaseException | None) -> Refusal | None:
    """The refusal that a failure carries, looking through its causes; None when it carries none."""
    while failure is not None:
        if isinstance(failure, ApplicationError) and failure.type:
            details = failure.details[0] if failure.details else {}
            return refusal(failure.type, details if isinstance(details, dict) else {})
        failure = failure.__cause__
    return None


def activities_of(contract: type, implementation: object) -> list[Callable[..., Any]]:
    """The implementation's methods as the activities its contract declares, refusals turned into failures."""
    return [
        _carrying(name, method, getattr(implementation, name))
        for name, method in inspect.getmembers(contract, inspect.isfunction)
        if hasattr(method, "__temporal_activity_definition")
    ]


def _carrying(
    name: str, declared: Callable[..., Any], kept: Callable[[Any], Awaitable[Any]]
) -> Callable[..., Any]:
    definition = activity._Definition.must_from_callable(declared)

    @functools.wraps(kept)
    async def carried(request: Any) -> Any:
        with (
            log.about(request, activity=definition.name or name),
            metrics.activity(definition.name or name) as noted,
        ):
            try:
                answer = await kept(request)
            except Refusal as refused:
                noted.outcome = "refused"
                raise as_failure(refused) from refused
            noted.outcome = "done"
        if isinstance(request, FireRung) and answer.outcome in HEARD:
            metrics.rung_fired(request.deadline.milestone.value, request.fires_at or request.due)
        return answer

    carried.__name__ = name
    carried.__annotations__ = dict(declared.__annotations__)
    return activity.defn(name=definition.name)(carried)


MakeWorker = Callable[[Client], Worker]
"""Makes a process's worker on a client that is connected."""


def versioning(settings: ProcessSettings) -> dict[str, Any]:
    """Which build a worker is: one of a worker deployment where there is one, else just a name.

    Running months go over to a new version by themselves; ``workflow.patched`` and the replay tests see to it
    that they can.
    """
    if not settings.temporal_deployment_name or not settings.temporal_worker_build_id:
        return {"build_id": BUILD}
    version = WorkerDeploymentVersion(settings.temporal_deployment_name, settings.temporal_worker_build_id)
    return {
        "deployment_config": WorkerDeploymentConfig(
            version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
        )
    }


def worker(settings: ProcessSettings, *, queue: str, contract: type, implementation: object) -> MakeWorker:
    """How to make the worker of a service: its activities on its own queue."""
    return lambda client: Worker(
        client,
        task_queue=queue,
        activities=activities_of(contract, implementation),
        max_concurrent_activities=settings.worker_activities,
        graceful_shutdown_timeout=GRACE,
        build_id=BUILD,
    )
