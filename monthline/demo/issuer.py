"""Owns the demo's OIDC issuer: one signing key, tokens for its people, and a page to copy them from."""

import json
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from joserfc import jwk, jwt
from pydantic import ValidationError

from monthline.demo.issuer_page import render_page
from monthline.demo.serving import require_loopback
from shared.contracts.organisation import Person
from shared.contracts.values import Code, Value

ALGORITHM = "RS256"
AUDIENCE = "monthline"
OPERATOR = "demo-operator"
"""The subject that configures the demo; the services list it in ADMINS."""

JWKS_PATH = "/.well-known/jwks.json"
_LIFETIME_SECONDS = 12 * 3600
_MAX_BODY = 4096

People = Callable[[], Awaitable[Sequence[Person]]]


class TokenRequest(Value):
    """Whose token is wanted."""

    person: Code


@dataclass(frozen=True)
class SigningKey:
    """The issuer's key pair; kept in the data folder so that tokens outlive a restart."""

    key: jwk.RSAKey

    @classmethod
    def kept_in(cls, folder: Path) -> "SigningKey":
        """The key of ``folder``, made there at the first start, readable by its owner only."""
        path = folder / "signing-key.json"
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(path, json.dumps(_new_key().as_dict(private=True)))
        return cls(jwk.RSAKey.import_key(json.loads(path.read_text(encoding="utf-8"))))

    @property
    def public(self) -> dict[str, Any]:
        """The public half, as the key set lists it."""
        return {**self.key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}


def _new_key() -> jwk.RSAKey:
    key = jwk.RSAKey.generate_key(2048)
    key.ensure_kid()
    return key


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


@dataclass(frozen=True)
class Signer:
    """Signs tokens under the issuer's name; raises NotLoopback for an address that others can reach."""

    host: str
    port: int
    key: SigningKey

    def __post_init__(self) -> None:
        require_loopback(self.host)

    @property
    def url(self) -> str:
        """The issuer's name, and its page."""
        return f"http://{self.host}:{self.port}"

    @property
    def jwks_url(self) -> str:
        """Where services fetch the public key."""
        return self.url + JWKS_PATH

    def token(self, subject: str) -> str:
        """A signed token for ``subject``."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + _LIFETIME_SECONDS,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.key.kid}, claims, self.key.key)


class _Issuer:
    """The issuer's pages; ``people`` is asked anew for every page and token."""

    def __init__(self, signer: Signer, people: People) -> None:
        self._signer = signer
        self._people = people

    async def page(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        page = render_page(await self._people(), OPERATOR, nonce)
        return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    async def configuration(self) -> Response:
        return JSONResponse(
            {
                "issuer": self._signer.url,
                "jwks_uri": self._signer.jwks_url,
                "token_endpoint": f"{self._signer.url}/token",
                "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
            }
        )

    async def jwks(self) -> Response:
        return JSONResponse({"keys": [self._signer.key.public]})

    async def give_token(self, request: Request) -> Response:
        try:
            body = await request.body()
            wanted = TokenRequest.model_validate_json(body[:_MAX_BODY])
        except ValidationError:
            return _problem(422, "request.invalid", 'send {"person": "<person id>"} as JSON')
        known = {person.id for person in await self._people()} | {OPERATOR}
        if wanted.person not in known:
            return _problem(404, "not_found", "nobody of that id works in the demo's company")
        token = self._signer.token(wanted.person)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": _LIFETIME_SECONDS}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def issuer_app(signer: Signer, people: People) -> FastAPI:
    """The issuer's pages; a foreign host name is refused, so that no web site can ask for tokens."""
    issuer = _Issuer(signer, people)
    app = FastAPI(openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[signer.host, "localhost"])
    app.get("/")(issuer.page)
    app.get("/.well-known/openid-configuration")(issuer.configuration)
    app.get(JWKS_PATH)(issuer.jwks)
    app.post("/token")(issuer.give_token)
    return app


def _problem(status: int, code: str, detail: str) -> Response:
    return JSONResponse(
        {"type": f"urn:monthline:problem:{code}", "title": detail, "status": status, "code": code},
        status_code=status,
        media_type="application/problem+json",
    )
