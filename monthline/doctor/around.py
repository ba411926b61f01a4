"""What stands around the servers: the issuer of tokens, the mail server, and our own processes."""

import asyncio

import aiosmtplib
import httpx2

from monthline.deployment import Deployment
from monthline.doctor.verdict import Ill, first_line
from monthline.registry import MODULES
from services.notify.smtp import SmtpServer

PATIENCE = 5.0


async def issuer(deployment: Deployment) -> str:
    """The issuer's keys can be fetched."""
    url = deployment.oidc_jwks_url
    if url is None or deployment.oidc_issuer is None:
        raise Ill("no issuer is set", "set OIDC_ISSUER and OIDC_JWKS_URL")
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:
            answer = await client.get(str(url))
            count = len(answer.raise_for_status().json()["keys"])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Ill(f"{url} gives no keys: {first_line(error)}", "correct OIDC_JWKS_URL") from error
    if not count:
        raise Ill(f"{url} lists no keys", "correct OIDC_JWKS_URL, or have the issuer publish its keys")
    return f"{count} keys at {url}"


async def smtp(deployment: Deployment) -> str:
    """The mail server greets, and lets the user in; no mail is sent."""
    if not deployment.smtp_url:
        return "no mail: SMTP_URL is not set"
    try:
        server = SmtpServer.at(deployment.smtp_url)
    except ValueError as error:
        raise Ill(str(error), "correct SMTP_URL") from error
    where = f"{server.host}:{server.port}"
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.secure,
        start_tls=False if server.secure else (True if server.username else None),
        timeout=PATIENCE,
    )
    try:
        async with asyncio.timeout(2 * PATIENCE), client:
            await client.noop()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Ill(f"{where} does not let {server.username} in ({error.code})", "correct SMTP_URL") from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise Ill(
            f"{where} takes no mail: {type(error).__name__}", "start the mail server or correct SMTP_URL"
        ) from error
    return f"{where} greets"


async def processes(deployment: Deployment) -> str:
    """Every process says that it is ready; those of PROCESS_URLS too that are no part of `monthline up`."""
    ill = []
    names = list(dict.fromkeys([*MODULES, *deployment.process_urls]))
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        for name in names:
            base = deployment.process_urls.get(name) or deployment.url(name)
            url = f"{base.rstrip('/')}/readyz"
            try:
                answer = await client.get(url)
            except httpx2.HTTPError:
                ill.append(f"{url} does not answer")
                continue
            if answer.status_code != httpx2.codes.OK:
                ill.append(f"{url} is not ready: {answer.text[:300]}")
    if ill:
        raise Ill("; ".join(ill), "start those processes, see their logs, or correct PROCESS_URLS")
    return f"{len(names)} processes are ready"
