"""The production manifests on this machine: their commands, their environment, TLS and NATS permissions on.

What a cluster would do is done here by hand: Secrets become variables, mounted files lie in a folder of
the test's, and addresses on loopback take the place of the cluster's by an overlay of the test's own.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from monthline.company.settings import Company
from monthline.demo.display import Steps
from monthline.demo.issuer import AUDIENCE, OPERATOR, Signer, SigningKey
from monthline.demo.stack import ISSUER, SMTP, Ground, Stack, serve_pages, settled
from monthline.demo.state import DataFolder
from monthline.deployment import Deployment
from monthline.embedded import EmbeddedServers
from monthline.embedded.ports import LOOPBACK, free_port
from monthline.registry import MODULES
from monthline.supervisor import ProcessSpec, Supervisor
from shared.base.settings import Settings
from tests.support.certificates import Authority
from tests.support.guarded_nats import GuardedNats
from tests.support.kustomize import Manifest, render
from tests.support.manifests import Runner, environment, runners
from tests.support.tls_fronts import Front, grpc_over_mutual_tls, postgres_over_tls

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
MOUNTS = "/etc/monthline"
START = 180.0


class TrialServers(EmbeddedServers):
    """The embedded servers, NATS with users, permissions and TLS of its own."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder)
        self.nats_port = free_port()
        self.guarded = GuardedNats(folder, authority.issue("nats"), port=self.nats_port)
        self.nats = self.guarded


@dataclass
class Trial:
    """What came up, beyond what the demo knows of."""

    folder: Path
    fronts: dict[str, Front] = field(default_factory=dict)
    environments: dict[str, Mapping[str, str]] = field(default_factory=dict)
    migrated: str = ""
    operator: ProcessSpec | None = None

    @asynccontextmanager
    async def raised(
        self, folder: DataFolder, company: Company, steps: Steps, *, fixed_ports: bool, provisioned: bool
    ) -> AsyncIterator[Stack]:
        """The stack over ``folder`` as the production overlay describes it."""
        authority = Authority(self.folder / "mounts" / "ca")
        servers = TrialServers(folder.path, authority)
        async with AsyncExitStack() as exits:
            await self._start(exits, servers, authority)
            ports = settled(False) | {name: free_port() for name in (*_workers(), "codec")}
            signer = Signer(LOOPBACK, ports[ISSUER], SigningKey.kept_in(folder.path / "issuer"))
            secrets = await asyncio.to_thread(self._secrets, servers, ports)
            servers.guarded.use(secrets["nats-users"])
            await asyncio.to_thread(servers.nats.start)
            await asyncio.to_thread(servers.nats.wait_ready)
            manifests = self._rendered(company, signer)
            self._mount(authority, secrets["monthline-payload"])
            ground = Ground(folder, _unused(company), signer, ports)
            mails, clients = await serve_pages(exits, ground)
            specs = self._specs(manifests, secrets, ports)
            self.operator = specs.pop("operate")
            self.migrated = await asyncio.to_thread(operate, specs.pop("migrate").env, "migrate")
            supervisor = await exits.enter_async_context(Supervisor(folder.logs))
            workflows = specs.pop("workflows")
            await supervisor.start(*specs.values(), timeout=START)
            await supervisor.start(workflows, timeout=START)
            yield Stack(servers, supervisor, ground.addresses, clients, mails)

    async def _start(self, exits: AsyncExitStack, servers: TrialServers, authority: Authority) -> None:
        """Temporal and PostgreSQL with their fronts; NATS is started when its passwords are known."""
        for server in (servers.temporal, servers.postgres):
            exits.callback(server.stop)
            await asyncio.to_thread(server.start)
        exits.callback(servers.nats.stop)
        for server in (servers.temporal, servers.postgres):
            await asyncio.to_thread(server.wait_ready)
        postgres = postgres_over_tls(servers.postgres.port, authority.issue("postgres"))
        temporal = grpc_over_mutual_tls(servers.temporal.port, authority.issue("temporal"), authority)
        self.fronts["postgres"] = await exits.enter_async_context(postgres)
        self.fronts["temporal"] = await exits.enter_async_context(temporal)

    def _secrets(self, servers: TrialServers, ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
        """What ``deploy/k8s/secrets.sh`` prints for these servers, by Secret."""
        _, _, rest = servers.postgres.url.partition("//")
        told = {
            "POSTGRES": f"{LOOPBACK}:{self.fronts['postgres'].port}/monthline",
            "OWNER": rest.partition("@")[0],
            "NATS": f"{LOOPBACK}:{servers.nats_port}",
            "SMTP_URL": f"smtp://{LOOPBACK}:{ports[SMTP]}",
            "TLS": "1",
        }
        script = ["sh", str(K8S / "secrets.sh"), "-"]
        printed = subprocess.run(script, env=os.environ | told, capture_output=True, text=True, check=True)
        found: dict[str, Any] = {
            one["metadata"]["name"]: one["stringData"] for one in yaml.safe_load_all(printed.stdout) if one
        }
        return found

    def _rendered(self, company: Company, signer: Signer) -> list[Manifest]:
        """The production overlay, with the addresses of this machine in its one ConfigMap."""
        overlay = self.folder / "overlay"
        overlay.mkdir(parents=True)
        literals = {
            "TEMPORAL_ADDRESS": f"{LOOPBACK}:{self.fronts['temporal'].port}",
            "TEMPORAL_NAMESPACE": "default",
            "HTTP_HOST": LOOPBACK,
            "COMPANY": company.id,
            "COMPANY_ZONE": company.zone,
            "OIDC_ISSUER": signer.url,
            "OIDC_AUDIENCE": AUDIENCE,
            "OIDC_JWKS_URL": signer.jwks_url,
            "ADMINS": json.dumps([OPERATOR]),
            "ALLOW_TIME_SCALE": "true",
            "WEBHOOK_ALLOW_PRIVATE": "true",
            # There is no collector on this machine.
            "OTEL_EXPORTER_OTLP_ENDPOINT": "",
        }
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [os.path.relpath(K8S / "overlays" / "prod", overlay)],
            "configMapGenerator": [
                {
                    "name": "monthline",
                    "behavior": "merge",
                    "literals": [f"{name}={value}" for name, value in literals.items()],
                }
            ],
        }
        (overlay / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")
        return render(overlay)

    def _mount(self, authority: Authority, payload: Mapping[str, str]) -> None:
        """The Secrets with files, where the pods would find them."""
        (self.folder / "mounts" / "ca" / "ca.crt").write_bytes(authority.certificate.read_bytes())
        client = authority.issue("monthline", "monthline")
        mounted = self.folder / "mounts" / "temporal"
        mounted.mkdir()
        client.certificate.rename(mounted / "tls.crt")
        client.key.rename(mounted / "tls.key")
        kept = self.folder / "mounts" / "payload"
        kept.mkdir()
        (kept / "keys").write_text(payload["keys"], encoding="utf-8")

    def _specs(
        self, manifests: Sequence[Manifest], secrets: Mapping[str, Any], ports: Mapping[str, int]
    ) -> dict[str, ProcessSpec]:
        return {
            one.name: self._spec(one, environment(manifests, one, secrets), ports)
            for one in runners(manifests)
        }

    def _spec(self, runner: Runner, given: Mapping[str, str], ports: Mapping[str, int]) -> ProcessSpec:
        """The container's own command and environment; only files and the port are of this machine."""
        here = {name: value.replace(MOUNTS, str(self.folder / "mounts")) for name, value in given.items()}
        unset = {name.upper(): "" for kind in (Settings, Deployment) for name in kind.model_fields}
        port = ports.get(runner.name, 0)
        own = {"HTTP_PORT": str(port)} if port else {}
        self.environments[runner.name] = given
        ready = f"http://{LOOPBACK}:{port}/readyz" if port else None
        return ProcessSpec(runner.name, _command(runner.container["command"]), ready, unset | here | own)


def _workers() -> list[str]:
    return [f"{name}-worker" for name in MODULES if name != "workflows"]


def _command(command: Sequence[str]) -> list[str]:
    """The same program of our own interpreter's installation."""
    if command[0] == "monthline":
        return [sys.executable, "-m", "monthline", *command[1:]]
    return [sys.executable, *command[1:]]


class OperatorError(Exception):
    """A command of the operator's ended otherwise than well."""


def operate(environment: Mapping[str, str], *arguments: str) -> str:
    """What ``monthline`` prints when it is run with an operator's environment; raises OperatorError."""
    command = [sys.executable, "-m", "monthline", *arguments]
    ran = subprocess.run(
        command, env=os.environ | dict(environment), capture_output=True, text=True, check=False, timeout=180
    )
    if ran.returncode != 0:
        raise OperatorError(f"{' '.join(arguments)} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def _unused(company: Company) -> Deployment:
    """The demo's own description of a deployment; the manifests take its place."""
    return Deployment.model_validate(
        {"database_url": "postgresql://unused/unused", "role_secret": "x" * 16, "company": company.id}
    )
