"""Whose tokens hold, and what is said when the issuer's keys cannot be had."""

import time

import httpx2
import pytest
from joserfc import jwk, jwt

from monthline.deployment import Deployment
from shared.auth import TokenReader
from shared.contracts.refusals import NotSignedIn
from shared.settings import Settings

KEY = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
JWKS = "https://login.example.com/keys"


class Issuer:
    """The issuer's key page; ``down`` makes it unreachable."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.down:
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})


def settings(issuer: str) -> Settings:
    return Settings(database_url="postgresql://u@db/m", oidc_issuer=issuer, oidc_jwks_url=JWKS)  # type: ignore[arg-type]


def reader(issuer: str, page: Issuer) -> TokenReader:
    return TokenReader(
        issuer=settings(issuer).oidc_issuer,
        audience="monthline",
        jwks_url=JWKS,
        algorithms=("ES256",),
        transport=httpx2.MockTransport(page),
    )


def bearer(issuer: str) -> str:
    now = int(time.time())
    claims = {"iss": issuer, "aud": "monthline", "sub": "p001", "iat": now, "exp": now + 600}
    return "Bearer " + jwt.encode({"alg": "ES256", "kid": "k1"}, claims, KEY)


@pytest.mark.parametrize("issuer", ["https://acme.example.com/", "https://login.example.com", "http://a/b/"])
async def test_the_issuer_counts_letter_by_letter_as_it_was_configured(issuer: str) -> None:
    assert await reader(issuer, Issuer()).subject(bearer(issuer)) == "p001"
    other = issuer.rstrip("/") if issuer.endswith("/") else issuer + "/"
    with pytest.raises(NotSignedIn):
        await reader(issuer, Issuer()).subject(bearer(other))


def test_the_operators_commands_keep_the_issuer_as_written() -> None:
    given = {"database_url": "postgresql://u@db/m", "role_secret": "0123456789abcdef"}
    for issuer in ("https://acme.example.com", "https://acme.example.com/"):
        assert Deployment.model_validate({**given, "oidc_issuer": issuer}).oidc_issuer == issuer


def test_an_issuer_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="oidc_issuer"):
        settings("login.example.com")
