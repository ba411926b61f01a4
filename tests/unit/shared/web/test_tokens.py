"""Whose tokens hold, and what is said when the issuer's keys cannot be had."""

import asyncio
import time
from collections.abc import Callable, Coroutine

import httpx2
import pytest
from joserfc import jwk, jwt

from monthline.deployment import Deployment
from shared.base.settings import Settings
from shared.contracts.refusals import IssuerDown, NotSignedIn
from shared.web.tokens import KEEP, OLDEST, RETRY, TokenReader

KEY = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
JWKS = "https://login.example.com/keys"


Page = Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]]


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


def reader(issuer: str, page: Page, clock: Callable[[], float] = time.monotonic) -> TokenReader:
    return TokenReader(
        issuer=settings(issuer).oidc_issuer,
        audience="monthline",
        jwks_url=JWKS,
        algorithms=("ES256",),
        transport=httpx2.MockTransport(page),
        clock=clock,
    )


def bearer(issuer: str, kid: str = "k1") -> str:
    now = int(time.time())
    claims = {"iss": issuer, "aud": "monthline", "sub": "p001", "iat": now, "exp": now + 600}
    return "Bearer " + jwt.encode({"alg": "ES256", "kid": kid}, claims, KEY)


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


async def test_an_issuer_that_is_away_is_no_fault_of_the_caller() -> None:
    page = Issuer()
    page.down = True
    tokens = reader("https://login.example.com", page)
    with pytest.raises(IssuerDown) as refused:
        await tokens.subject(bearer("https://login.example.com"))
    assert (refused.value.status, refused.value.details) == (503, {"retry_after": RETRY})


async def test_a_page_that_holds_no_keys_is_no_fault_of_the_caller() -> None:
    async def nonsense(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"keys": [{"kty": "none"}]})

    tokens = reader("https://login.example.com", nonsense)
    with pytest.raises(IssuerDown):
        await tokens.subject(bearer("https://login.example.com"))


async def test_while_the_issuer_is_away_one_caller_asks_it_and_the_others_hear_at_once() -> None:
    page = Issuer()
    page.down = True
    tokens = reader("https://login.example.com", page)
    token = bearer("https://login.example.com")
    answers = await asyncio.gather(*(tokens.subject(token) for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {IssuerDown}
    assert page.asked == 1


async def test_an_issuer_that_is_back_is_asked_again() -> None:
    page, now = Issuer(), [1000.0]
    page.down = True
    tokens = reader("https://login.example.com", page, lambda: now[0])
    token = bearer("https://login.example.com")
    with pytest.raises(IssuerDown):
        await tokens.subject(token)
    page.down = False
    now[0] += RETRY
    assert await tokens.subject(token) == "p001"


async def test_keys_once_fetched_are_used_while_the_issuer_is_away() -> None:
    page, now = Issuer(), [1000.0]
    tokens = reader("https://login.example.com", page, lambda: now[0])
    token = bearer("https://login.example.com")
    assert await tokens.subject(token) == "p001"
    page.down = True
    now[0] += KEEP + 1
    assert await tokens.subject(token) == "p001"


async def test_keys_that_nobody_has_confirmed_for_an_hour_are_not_used() -> None:
    page, now = Issuer(), [1000.0]
    tokens = reader("https://login.example.com", page, lambda: now[0])
    token = bearer("https://login.example.com")
    assert await tokens.subject(token) == "p001"
    page.down = True
    now[0] += OLDEST
    assert await tokens.subject(token) == "p001"
    now[0] += RETRY + 1
    with pytest.raises(IssuerDown):
        await tokens.subject(token)


async def test_while_the_issuer_is_away_it_is_asked_now_and_then_and_nobody_else_waits() -> None:
    page, now = Issuer(), [1000.0]
    tokens = reader("https://login.example.com", page, lambda: now[0])
    token = bearer("https://login.example.com")
    await tokens.subject(token)
    page.down = True
    now[0] += KEEP + 1
    before = page.asked
    assert await asyncio.gather(*(tokens.subject(token) for _ in range(20))) == ["p001"] * 20
    assert page.asked == before + 1
    now[0] += RETRY
    await tokens.subject(token)
    assert page.asked == before + 2


async def test_a_key_that_cannot_be_looked_up_is_no_fault_of_the_caller() -> None:
    page, now = Issuer(), [1000.0]
    tokens = reader("https://login.example.com", page, lambda: now[0])
    await tokens.subject(bearer("https://login.example.com"))
    page.down = True
    now[0] += KEEP + 1
    with pytest.raises(IssuerDown):
        await tokens.subject(bearer("https://login.example.com", kid="made since"))
    page.down = False
    now[0] += RETRY
    with pytest.raises(NotSignedIn):
        await tokens.subject(bearer("https://login.example.com", kid="nobody's"))
