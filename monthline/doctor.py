"""Looking at a deployment from its environment: what answers, what is missing, and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from nats.js.errors import NotFoundError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from monthline.deployment import MODULES, Deployment
from monthline.provision import connect_engine, missing_search_attributes
from shared.bus import DUPLICATE_WINDOW, STREAM, Bus
from shared.contracts.directory import DIRECTORY_QUEUE
from shared.contracts.ids import LIFECYCLE_QUEUE
from shared.contracts.plans import PLANS_QUEUE
from shared.contracts.review import REVIEW_QUEUE
from shared.contracts.scoring import SCORING_QUEUE
from shared.db import Database
from shared.migrations.run import SERVICES, versions
from shared.nats_connection import tls_of

QUEUES = (DIRECTORY_QUEUE, PLANS_QUEUE, REVIEW_QUEUE, SCORING_QUEUE)
PATIENCE = 6.0


class Ill(Exception):
    """A check that found something wrong; ``fix`` says what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


@dataclass(frozen=True)
class Verdict:
    """What one check found."""

    name: str
    well: bool
    found: str
    fix: str = ""


Check = Callable[[Deployment], Awaitable[str]]


async def database(deployment: Deployment) -> str:
    """Every schema at the newest version of this program, readable by its own role."""
    behind = []
    for service in SERVICES:
        try:
            have, want = await asyncio.to_thread(versions, deployment.database_url, service)
        except Exception as error:
            raise Ill(
                f"{_address(deployment)} does not answer: {_first_line(error)}",
                "start PostgreSQL or correct DATABASE_URL",
            ) from error
        if have != want:
            behind.append(f"{service} ({have or 'absent'} instead of {want})")
    if behind:
        raise Ill(f"schemas to migrate: {', '.join(behind)}", "run: monthline migrate")
    return f"{len(SERVICES)} schemas at their newest version"


async def roles(deployment: Deployment) -> str:
    """Every service's own role can log in."""
    for service in SERVICES:
        store = Database(deployment.dsn(service), pool=1)
        try:
            await store.check()
        except Exception as error:
            reason = _first_line(error.__cause__ or error)
            raise Ill(
                f"the role of {service} cannot log in at {store.address}: {reason}",
                f"run: monthline migrate, or correct {service.upper()}_DATABASE_URL / ROLE_SECRET",
            ) from error
        finally:
            await store.close()
    return f"{len(SERVICES)} roles can log in"


async def stream(deployment: Deployment) -> str:
    """The stream is there with the limits that the promises rest on."""
    bus = Bus(deployment.nats_url, name="monthline-doctor", tls=tls_of(deployment))
    try:
        await asyncio.wait_for(bus.connect(), PATIENCE - 1)
        info = await bus.jetstream.stream_info(STREAM)
    except NotFoundError as error:
        raise Ill(f"no stream {STREAM} at {bus.address}", "run: monthline migrate") from error
    except Exception as error:
        raise Ill(
            f"{bus.address} does not answer: {_first_line(error)}",
            "start nats-server with JetStream (-js) or correct NATS_URL",
        ) from error
    finally:
        await bus.close()
    if not info.config.duplicate_window or info.config.duplicate_window < DUPLICATE_WINDOW:
        raise Ill(
            f"the duplicate window of {STREAM} is {info.config.duplicate_window} s",
            f"set it to {DUPLICATE_WINDOW} s: nats stream edit {STREAM} --dupe-window=30m",
        )
    return f"{info.state.messages} messages in {STREAM}"


async def engine(deployment: Deployment) -> str:
    """The namespace answers and knows the search attributes."""
    try:
        client = await connect_engine(deployment)
        missing = await missing_search_attributes(client)
    except Exception as error:
        raise Ill(
            f"{deployment.temporal_address} does not answer for namespace"
            f" {deployment.temporal_namespace}: {_first_line(error)}",
            "start Temporal, create the namespace, or correct TEMPORAL_ADDRESS / TEMPORAL_NAMESPACE",
        ) from error
    if missing:
        raise Ill(f"search attributes missing: {', '.join(missing)}", "run: monthline migrate")
    return f"namespace {deployment.temporal_namespace} at {deployment.temporal_address}"


async def workers(deployment: Deployment) -> str:
    """Somebody polls every task queue."""
    try:
        client = await connect_engine(deployment)
    except Exception as error:
        raise Ill("not looked at: the engine does not answer", "see engine") from error
    idle = [queue for queue in QUEUES if not await _polled(client, queue, activity=True)]
    idle += [queue for queue in (LIFECYCLE_QUEUE,) if not await _polled(client, queue, activity=False)]
    if idle:
        raise Ill(f"nobody works on: {', '.join(idle)}", "start those processes (RUN_WORKER=true)")
    return f"{len(QUEUES) + 1} task queues have workers"


async def _polled(client: Client, queue: str, *, activity: bool) -> bool:
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activity else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        ),
        timeout=timedelta(seconds=5),
    )
    return bool(described.pollers)


async def issuer(deployment: Deployment) -> str:
    """The issuer's keys can be fetched."""
    url = deployment.oidc_jwks_url
    if url is None or deployment.oidc_issuer is None:
        raise Ill("no issuer is set", "set OIDC_ISSUER and OIDC_JWKS_URL")
    try:
        async with httpx2.AsyncClient(timeout=5) as client:
            answer = await client.get(str(url))
            count = len(answer.raise_for_status().json()["keys"])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Ill(f"{url} gives no keys: {_first_line(error)}", "correct OIDC_JWKS_URL") from error
    return f"{count} keys at {url}"


async def processes(deployment: Deployment) -> str:
    """Every process of ``monthline up`` says that it is ready."""
    async with httpx2.AsyncClient(timeout=5) as client:
        for name in MODULES:
            url = f"{deployment.url(name)}/readyz"
            try:
                answer = await client.get(url)
            except httpx2.HTTPError as error:
                raise Ill(f"{url} does not answer", f"start it: python -m {MODULES[name]}") from error
            if answer.status_code != 200:
                raise Ill(f"{url} is not ready: {answer.text[:200]}", "see that process's log")
    return f"{len(MODULES)} processes are ready"


CHECKS: dict[str, Check] = {
    "database": database,
    "roles": roles,
    "stream": stream,
    "engine": engine,
    "issuer": issuer,
    "workers": workers,
    "processes": processes,
}


async def examine(deployment: Deployment) -> list[Verdict]:
    """Every check's verdict, in order; one that hangs is ill too."""
    return [await _verdict(name, check, deployment) for name, check in CHECKS.items()]


async def _verdict(name: str, check: Check, deployment: Deployment) -> Verdict:
    try:
        found = await asyncio.wait_for(check(deployment), PATIENCE * len(SERVICES))
    except Ill as ill:
        return Verdict(name, False, str(ill), ill.fix)
    except Exception as error:
        return Verdict(name, False, f"{type(error).__name__}: {_first_line(error)}", "see the message")
    return Verdict(name, True, found)


def _address(deployment: Deployment) -> str:
    return Database(deployment.database_url, pool=1).address


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
