"""The whole stack of a drill: servers, every process behind proxies, an issuer and a mail server."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import text

from faults.company import COMPANY, ZONE
from faults.pace import CACHE
from faults.points import ARMED, NAME
from faults.processes import Unit
from faults.proxy import LOOPBACK, Link
from faults.sinks import MailSink, mail_server
from faults.unprotected import CONSTRAINTS
from monthline.demo.issuer import AUDIENCE, OPERATOR, Signer, SigningKey, issuer_app
from monthline.demo.serving import serving
from monthline.deployment import Deployment
from monthline.embedded import EmbeddedServers
from monthline.embedded.ports import free_port
from monthline.processes import signal_group
from monthline.provision import provision_database, provision_stream
from monthline.registry import MODULES, SERVICES
from shared.base.settings import Settings
from shared.contracts.organisation import Person
from shared.store.db import Database

SECRET = "the drills' own role secret"


@dataclass(frozen=True)
class Role:
    """A process of the stack: which service's module, and its settings beside the usual."""

    name: str
    service: str
    env: Mapping[str, str] = field(default_factory=dict)


APIS = (
    Role("plans-api", "plans", {"RUN_WORKER": "false"}),
    Role("review-api", "review", {"RUN_WORKER": "false"}),
)
ROLES = (*(Role(name, name) for name in MODULES), *APIS)
SPARES = (
    Role("plans-2", "plans", {"RUN_API": "false"}),
    Role("workflows-2", "workflows"),
)
"""Second workers, started by the drills that want one."""


@dataclass
class Links:
    """The proxies of one process, and the one before its API."""

    postgres: Link
    nats: Link
    temporal: Link
    http: Link

    def all(self) -> tuple[Link, ...]:
        """Every one of them."""
        return self.postgres, self.nats, self.temporal, self.http


@dataclass
class Stack:
    """Everything that runs; ``deployment`` goes past the proxies."""

    folder: Path
    servers: EmbeddedServers
    deployment: Deployment
    signer: Signer
    mails: MailSink
    units: dict[str, Unit]
    links: dict[str, Links]

    @property
    def addresses(self) -> dict[str, str]:
        """The APIs of all processes, through their proxies."""
        return {name: f"http://{LOOPBACK}:{links.http.port}" for name, links in self.links.items()}

    def arm(self, process: str, place: str, action: str) -> None:
        """Have a process do something when it next reaches a place."""
        (self.folder / "armed" / f"{process}.{place}").write_text(action, encoding="utf-8")

    def hits(self, process: str, place: str) -> int:
        """How often an armed place has been reached."""
        return len(list((self.folder / "armed").glob(f"{process}.{place}.hit-*")))

    def disarm(self) -> None:
        """Disarm every place."""
        for file in (self.folder / "armed").iterdir():
            file.unlink(missing_ok=True)

    async def heal(self) -> None:
        """End every disturbance, start what is down, end the spares, and wait until all are ready."""
        self.disarm()
        self.mails.mood = "well"
        for links in self.links.values():
            for link in links.all():
                link.heal()
        await asyncio.to_thread(self._servers_up)
        await asyncio.gather(*(self.units[role.name].hold() for role in SPARES))
        await asyncio.gather(*(self.units[role.name].release() for role in ROLES))

    def _servers_up(self) -> None:
        for server in (self.servers.postgres, self.servers.nats, self.servers.temporal):
            if server.pid is not None:
                signal_group(server.pid, signal.SIGCONT)
            if not server.running:
                server.start()
                server.wait_ready()


@asynccontextmanager
async def running(
    folder: Path, *, unprotected: tuple[str, ...] = (), time_scale: bool = True
) -> AsyncIterator[Stack]:
    """The stack over ``folder`` for the length of the block; ``unprotected`` names what is taken out."""
    (folder / "armed").mkdir(parents=True)
    async with AsyncExitStack() as exits:
        servers = EmbeddedServers(folder, headless=True)
        await asyncio.to_thread(servers.start)
        exits.push_async_callback(asyncio.to_thread, servers.stop)
        stack = await _composed(exits, folder, servers)
        await asyncio.gather(
            asyncio.to_thread(provision_database, stack.deployment, _quietly),
            provision_stream(stack.deployment, _quietly),
        )
        await _loosen(servers.postgres.url, unprotected)
        made = {
            "FAULTS_UNPROTECTED": ",".join(unprotected),
            "ALLOW_TIME_SCALE": str(time_scale).lower(),
            "SMTP_URL": f"smtp://{LOOPBACK}:{await exits.enter_async_context(mail_server(stack.mails))}",
        }
        for role in (*ROLES, *SPARES):
            await _add(exits, stack, role, made)
        await asyncio.gather(*(stack.units[role.name].release() for role in ROLES))
        yield stack


async def _loosen(owner: str, unprotected: tuple[str, ...]) -> None:
    """Take the constraints out of the database that belong to what is taken out."""
    database = Database(owner, pool=1)
    async with database.transaction() as connection:
        for name in set(unprotected) & set(CONSTRAINTS):
            await connection.execute(text(CONSTRAINTS[name]))
    await database.close()


async def _composed(exits: AsyncExitStack, folder: Path, servers: EmbeddedServers) -> Stack:
    deployment = Deployment.model_validate(
        {
            "database_url": servers.postgres.url,
            "role_secret": SECRET,
            "nats_url": servers.nats.url,
            "temporal_address": servers.temporal.address,
            "company": COMPANY,
            "company_zone": ZONE,
        }
    )
    signer = Signer(LOOPBACK, free_port(), SigningKey.kept_in(folder / "issuer"))
    await exits.enter_async_context(serving(issuer_app(signer, _nobody), LOOPBACK, signer.port))
    return Stack(folder, servers, deployment, signer, MailSink(), {}, {})


async def _nobody() -> tuple[Person, ...]:
    return ()


async def _add(exits: AsyncExitStack, stack: Stack, role: Role, made: Mapping[str, str]) -> None:
    port = free_port()
    targets = (stack.servers.postgres.port, stack.servers.nats.port, stack.servers.temporal.port, port)
    links = Links(*[await exits.enter_async_context(Link(target)) for target in targets])
    unit = Unit(
        role.name,
        ["-m", "faults.child", MODULES[role.service]],
        port,
        _environment(stack, role, links, port) | {**made, **role.env},
        stack.folder / "logs",
    )
    exits.push_async_callback(unit.hold)
    stack.units[role.name], stack.links[role.name] = unit, links


def _environment(stack: Stack, role: Role, links: Links, port: int) -> dict[str, str]:
    """A process's settings: its own proxies in the place of the servers."""
    deployment = stack.deployment
    unset = {name.upper(): "" for name in Settings.model_fields}
    own = {
        "HTTP_PORT": str(port),
        "NATS_URL": f"nats://{LOOPBACK}:{links.nats.port}",
        "TEMPORAL_ADDRESS": f"{LOOPBACK}:{links.temporal.port}",
        "ADMINS": json.dumps([OPERATOR]),
        "OIDC_ISSUER": stack.signer.url,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_JWKS_URL": stack.signer.jwks_url,
        "NO_PROXY": LOOPBACK,
        "WORKFLOW_CACHE": CACHE,
        ARMED: str(stack.folder / "armed"),
        NAME: role.name,
    }
    if role.service in SERVICES:
        own["DATABASE_URL"] = _through(deployment.dsn(role.service), links.postgres.port)
    return unset | deployment.environment(role.service) | own


def _through(url: str, port: int) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@{LOOPBACK}:{port}"))


def _quietly(_line: str) -> None:
    """The drills say themselves what they do."""
