"""A deployment of its own for tests of what operators do: empty servers, and processes started by hand."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from monthline.deployment import Deployment
from monthline.embedded import EmbeddedServers
from monthline.embedded.ports import LOOPBACK, free_port
from monthline.registry import MODULES

SECRET = "a secret of sixteen or more"
KEY_A = "a:" + "A" * 43 + "="
KEY_B = "b:" + "B" * 43 + "="
ISSUER = "http://127.0.0.1:9/"


def deployment_on(servers: EmbeddedServers, **changes: object) -> Deployment:
    """What the environment would say of a deployment on these servers."""
    given: dict[str, object] = {
        "database_url": servers.postgres.url,
        "role_secret": SECRET,
        "nats_url": servers.nats.url,
        "temporal_address": servers.temporal.address,
        "company": "acme",
        "oidc_issuer": ISSUER,
        "oidc_jwks_url": ISSUER,
        "base_port": free_port(),
    }
    return Deployment.model_validate(given | changes)


@dataclass(frozen=True)
class Started:
    """A process of Monthline; its log is what it has said so far."""

    process: asyncio.subprocess.Process
    url: str
    log: Path

    async def ready(self) -> tuple[int, dict[str, str]]:
        """What /readyz answers; status 0 while nobody listens."""
        async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
            try:
                answer = await client.get(f"{self.url}/readyz")
            except httpx2.HTTPError:
                return 0, {}
        return answer.status_code, answer.json()

    async def until(self, status: int, said: str = "", seconds: float = 60) -> dict[str, str]:
        """Wait until /readyz answers with ``status`` and says what matches ``said``."""
        async with asyncio.timeout(seconds):
            while True:
                found, answer = await self.ready()
                if found == status and re.search(said, str(answer)):
                    return answer
                if self.process.returncode is not None:
                    raise AssertionError(f"ended with {self.process.returncode}: {self.log.read_text()}")
                await asyncio.sleep(0.05)


@asynccontextmanager
async def process(
    deployment: Deployment, name: str, folder: Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[Started]:
    """A process as an operator starts it: ``python -m services.NAME``."""
    port = free_port()
    own = deployment.environment(name) | {
        "HTTP_PORT": str(port),
        "OIDC_ISSUER": ISSUER,
        "OIDC_JWKS_URL": ISSUER,
    }
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", MODULES[name]),
            env={**os.environ, **own, **(env or {})},
            stdout=output,
            stderr=output,
        )
    try:
        yield Started(started, f"http://{LOOPBACK}:{port}", log)
    finally:
        if started.returncode is None:
            started.terminate()
        await asyncio.wait_for(started.wait(), 60)
