"""Owns what runs in the demo: servers, services, issuer and mail sink; stopped in order."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx2

from monthline.company.settings import Company
from monthline.demo.causes import single_cause
from monthline.demo.client import Client
from monthline.demo.display import Steps
from monthline.demo.issuer import AUDIENCE, OPERATOR, Signer, SigningKey, issuer_app
from monthline.demo.mail import MailFolder, mail_app, receiving
from monthline.demo.serving import serving
from monthline.demo.state import DataFolder
from monthline.demo.transport import Transport
from monthline.deployment import Deployment
from monthline.embedded import EmbeddedServers, Ports
from monthline.embedded.ports import LOOPBACK, Port
from monthline.embedded.stack import ANY_PORTS
from monthline.provision import provision_database, provision_stream
from monthline.registry import MODULES, PORTS, SERVICES
from monthline.supervisor import ProcessSpec, Restart, Supervisor
from shared.base.settings import Settings

ISSUER, MAIL_PAGE, SMTP = "issuer", "mails", "smtp"
PREFERRED: Mapping[str, int] = {**PORTS, ISSUER: 8107, MAIL_PAGE: 8108, SMTP: 8125}
_START = 120.0
_TIMEOUT = httpx2.Timeout(20.0)
_CONNECTIONS = httpx2.Limits(max_connections=100, max_keepalive_connections=60)


class Clients:
    """The way to all services for every person, each with a token of their own."""

    def __init__(self, http: httpx2.AsyncClient, addresses: Mapping[str, str], signer: Signer) -> None:
        self._http = http
        self._addresses = addresses
        self._signer = signer
        self._known: dict[str, Client] = {}

    def of(self, person: str) -> Client:
        """The person's; the same one each time."""
        if person not in self._known:
            transport = Transport(self._http, self._addresses, self._token_of(person))
            self._known[person] = Client(transport, person)
        return self._known[person]

    def _token_of(self, person: str) -> Callable[[], str]:
        token = self._signer.token(person)
        return lambda: token


@dataclass(frozen=True)
class Stack:
    """Everything that runs; ``addresses`` has every page that can be opened, by name."""

    servers: EmbeddedServers
    supervisor: Supervisor
    addresses: Mapping[str, str]
    clients: Clients
    mails: MailFolder


@dataclass(frozen=True)
class Ground:
    """What the parts of a stack are made from."""

    folder: DataFolder
    deployment: Deployment
    signer: Signer
    ports: Mapping[str, int]

    @property
    def addresses(self) -> dict[str, str]:
        return {name: f"http://{LOOPBACK}:{port}" for name, port in self.ports.items() if name != SMTP}


@asynccontextmanager
async def running(
    folder: DataFolder, company: Company, steps: Steps, *, fixed_ports: bool, provisioned: bool = False
) -> AsyncIterator[Stack]:
    """The whole stack over ``folder`` for the length of the block.

    Where the schemas are known to be ``provisioned``, the processes start beside the servers.

    Raises:
        ServerError, ProcessError: a server or a process did not start; the text says which, and why.
    """
    async with AsyncExitStack() as exits:
        servers = EmbeddedServers(folder.path, ports=Ports() if fixed_ports else ANY_PORTS)
        with steps.step("demo.step.servers"):
            await exits.enter_async_context(_spawned(servers))
            answering = asyncio.create_task(asyncio.to_thread(_await_all, servers))
            exits.push_async_callback(_ended, answering)
            if not provisioned:
                await asyncio.shield(answering)
        ground = _ground(folder, company, servers, settled(fixed_ports))
        if not provisioned:
            with steps.step("demo.step.schemas"):
                await _provision(ground.deployment)
        with steps.step("demo.step.processes"):
            mails, clients = await serve_pages(exits, ground)
            supervisor = Supervisor(folder.logs, on_restart=partial(_say_restarted, steps))
            await exits.enter_async_context(supervisor)
            await _start_processes(supervisor, ground, answering)
        yield Stack(servers, supervisor, ground.addresses, clients, mails)


def settled(fixed_ports: bool) -> dict[str, int]:
    """A port for everything that listens: the usual one where it is wanted and free, else any."""
    ports = {name: Port(preferred if fixed_ports else None) for name, preferred in PREFERRED.items()}
    for port in ports.values():
        port.settle()
    return {name: port.number for name, port in ports.items()}


def _ground(
    folder: DataFolder, company: Company, servers: EmbeddedServers, ports: Mapping[str, int]
) -> Ground:
    deployment = Deployment.model_validate(
        {
            "database_url": servers.postgres.url,
            "role_secret": folder.role_secret(),
            "nats_url": servers.nats.url,
            "temporal_address": servers.temporal.address,
            "company": company.id,
            "company_zone": company.zone,
        }
    )
    signer = Signer(LOOPBACK, ports[ISSUER], SigningKey.kept_in(folder.path / "issuer"))
    return Ground(folder, deployment, signer, ports)


@asynccontextmanager
async def _spawned(servers: EmbeddedServers) -> AsyncIterator[None]:
    """The servers' processes, which do not answer yet, for the length of the block."""
    spawning = asyncio.create_task(asyncio.to_thread(_spawn_all, servers))
    try:
        await asyncio.shield(spawning)
        yield
    finally:
        # A thread cannot be cancelled: what it is starting must be there before it can be stopped.
        await asyncio.wait([spawning])
        await asyncio.to_thread(servers.stop)


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.gather(task, return_exceptions=True)


def _spawn_all(servers: EmbeddedServers) -> None:
    """PostgreSQL last: on its first start it builds its cluster first, while the others are booting."""
    for server in (servers.temporal, servers.nats, servers.postgres):
        server.start()


def _await_all(servers: EmbeddedServers) -> None:
    for server in (servers.postgres, servers.nats, servers.temporal):
        server.wait_ready()


async def _provision(deployment: Deployment) -> None:
    await asyncio.gather(
        asyncio.to_thread(provision_database, deployment, _nothing), provision_stream(deployment, _nothing)
    )


async def serve_pages(exits: AsyncExitStack, ground: Ground) -> tuple[MailFolder, Clients]:
    """The issuer and the mail sink, inside this process."""
    http = httpx2.AsyncClient(timeout=_TIMEOUT, limits=_CONNECTIONS, trust_env=False)
    clients = Clients(await exits.enter_async_context(http), ground.addresses, ground.signer)
    mails = MailFolder(ground.folder.path / "mails")
    issuer = issuer_app(ground.signer, clients.of(OPERATOR).people)
    await exits.enter_async_context(serving(issuer, LOOPBACK, ground.ports[ISSUER]))
    await exits.enter_async_context(serving(mail_app(mails), LOOPBACK, ground.ports[MAIL_PAGE]))
    await exits.enter_async_context(receiving(mails, LOOPBACK, ground.ports[SMTP]))
    return mails, clients


async def _start_processes(supervisor: Supervisor, ground: Ground, servers: asyncio.Task[None]) -> None:
    """All side by side; when they stop, the workflow worker is the first, so that nobody is asked in vain."""
    services = [_spec(name, ground) for name in SERVICES]

    async def answering() -> None:
        await asyncio.shield(servers)

    with single_cause():
        async with asyncio.TaskGroup() as starts:
            starts.create_task(answering())
            starts.create_task(supervisor.start(*services, timeout=_START))
            starts.create_task(supervisor.start(_spec("workflows", ground), timeout=_START))


def _spec(name: str, ground: Ground) -> ProcessSpec:
    ready = f"{ground.addresses[name]}/readyz"
    return ProcessSpec.module(name, MODULES[name], ready, _environment(name, ground))


def _environment(name: str, ground: Ground) -> dict[str, str]:
    """A process's settings; what the user's shell says about another deployment is left out."""
    unset = {field.upper(): "" for field in Settings.model_fields if not field.startswith("otel_")}
    own = {
        "HTTP_PORT": str(ground.ports[name]),
        "LOG_FORMAT": "console",
        "ADMINS": json.dumps([OPERATOR]),
        "ALLOW_TIME_SCALE": "true",
        "WEBHOOK_ALLOW_PRIVATE": "true",
        "SMTP_URL": f"smtp://{LOOPBACK}:{ground.ports[SMTP]}",
        "MAIL_FROM": f"monthline@{ground.deployment.company}.example",
        "OIDC_ISSUER": ground.signer.url,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_JWKS_URL": ground.signer.jwks_url,
        "NO_PROXY": ",".join(filter(None, (LOOPBACK, os.environ.get("NO_PROXY")))),
    }
    return unset | ground.deployment.environment(name) | own | _bytecode(ground.folder)


def _bytecode(folder: DataFolder) -> dict[str, str]:
    """Who wants no bytecode beside the sources has it kept with the demo: starts take half as long."""
    if not sys.dont_write_bytecode:
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.path / "bytecode")}


def _say_restarted(steps: Steps, restart: Restart) -> None:
    steps.note("demo.restarted", name=restart.name, code=restart.exit_code, count=restart.count)


def _nothing(_line: str) -> None:
    """The demo says itself what it does."""
