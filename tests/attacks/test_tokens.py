"""S5: tokens that only look like the issuer's open nothing, and cost little."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter, is_int

from shared.web.tokens import LONGEST
from tests.attacks.house import House
from tests.attacks.tokens import EC_KEY, RSA_KEY, Reader, claims, token

FOREIGN_EC = ECKey.generate_key("P-256", {"kid": "ec"})
FOREIGN_RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
HOUR = 3600


def part(of: Any) -> str:
    """A part of a token."""
    text = of if isinstance(of, str) else json.dumps(of)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unsigned(header: Any, said: Any = None, signature: str = "") -> str:
    """A token that nobody has signed."""
    return f"{part(header)}.{part(claims('admin') if said is None else said)}.{signature}"


def by_public_key() -> str:
    """A token signed by HMAC, its secret the public key that everybody can read."""
    said = unsigned({"alg": "HS256", "kid": "rsa"}).rstrip(".")
    digest = hmac.new(RSA_KEY.as_pem(private=False), said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def signed(header: dict[str, Any], key: ECKey | RSAKey) -> str:
    """A well signed token with a header that its issuer would not write."""
    known = {"demand": HeaderParameter("a demand", is_int)}
    registry = JWSRegistry(header_registry=known, algorithms=["ES256", "PS256"])
    return jwt.encode(header, claims("admin"), key, registry=registry)


def tampered() -> str:
    """A token of somebody, its subject changed afterwards."""
    head, _, signature = token("colleague").split(".")
    return f"{head}.{part(claims('admin'))}.{signature}"


def cut() -> str:
    """A token without the end of its signature."""
    return token("admin")[:-8]


FORGED: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: unsigned({"alg": "none", "kid": "ec"}),
    "no algorithm, in capitals": lambda: unsigned({"alg": "NONE", "kid": "ec"}),
    "no algorithm named": lambda: unsigned({"kid": "ec"}, signature=part("x" * 64)),
    "HMAC with the public key": by_public_key,
    "an algorithm that is not accepted": lambda: signed({"alg": "PS256", "kid": "rsa"}, RSA_KEY),
    "another key with the same id": lambda: token("admin", key=FOREIGN_EC),
    "another RSA key": lambda: token("admin", key=FOREIGN_RSA, header={"alg": "RS256", "kid": "rsa"}),
    "a key of its own in the header": lambda: token(
        "admin", key=FOREIGN_EC, header={"jwk": FOREIGN_EC.as_dict(private=False)}
    ),
    "keys at an address of its own": lambda: token(
        "admin", key=FOREIGN_EC, header={"jku": "http://127.0.0.1:9/keys", "kid": "mine"}
    ),
    "a certificate at an address of its own": lambda: token(
        "admin", key=FOREIGN_EC, header={"x5u": "http://127.0.0.1:9/cert", "kid": "mine"}
    ),
    "a key id that is a path": lambda: token("admin", key=FOREIGN_EC, header={"kid": "../../../dev/null"}),
    "a key id that is SQL": lambda: token("admin", key=FOREIGN_EC, header={"kid": "' or 1=1 --"}),
    "a header that must be understood": lambda: signed(
        {"alg": "ES256", "kid": "ec", "crit": ["demand"], "demand": 1}, EC_KEY
    ),
    "another issuer": lambda: token("admin", iss="https://evil.example"),
    "an issuer that begins like ours": lambda: token("admin", iss="https://issuer.example.evil.example"),
    "no issuer": lambda: token("admin", iss=None),
    "another audience": lambda: token("admin", aud="another"),
    "no audience": lambda: token("admin", aud=None),
    "expired": lambda: token("admin", exp=int(time.time()) - HOUR),
    "no expiry": lambda: token("admin", exp=None),
    "an expiry that is no number": lambda: token("admin", exp="never"),
    "not valid yet": lambda: token("admin", nbf=int(time.time()) + HOUR),
    "issued in the future": lambda: token("admin", iat=int(time.time()) + HOUR),
    "no subject": lambda: token("x", sub=None),
    "an empty subject": lambda: token(""),
    "a subject that is no text": lambda: token("x", sub=["admin"]),
    "a changed subject": tampered,
    "a cut signature": cut,
    "a header that is a list": lambda: unsigned([], signature=part("x")),
    "a header that is a text": lambda: unsigned('"x"', signature=part("x")),
    "a header that is no JSON": lambda: unsigned("{", signature=part("x")),
    "a header that is deep": lambda: unsigned("[" * 4000, signature=part("x")),
    "claims that are a list": lambda: jwt.encode({"alg": "ES256", "kid": "ec"}, {}, EC_KEY).replace(
        ".e30.", ".W10."
    ),
    "five parts": lambda: ".".join([part({"alg": "dir", "enc": "A128GCM"}), "", "a", "b", "c"]),
    "no parts": lambda: "....",
    "not ASCII": lambda: "令牌.令牌.令牌",
    "oversized": lambda: token("admin", padding="x" * LONGEST),
}


@pytest.mark.parametrize("kind", FORGED)
async def test_a_forged_token_opens_nothing(house: House, kind: str) -> None:
    sent = FORGED[kind]().encode("utf-8")
    async with house.client("plans") as client:
        answer = await client.get("/v1/plans", headers={b"Authorization": b"Bearer " + sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", [EC_KEY, RSA_KEY])
async def test_both_kinds_of_the_issuers_keys_open(house: House, key: Any) -> None:
    kid = "ec" if key is EC_KEY else "rsa"
    held = token("author", key=key, header={"alg": "ES256" if kid == "ec" else "RS256", "kid": kid})
    async with house.client("plans", {"Authorization": f"bearer {held}"}) as client:
        assert (await client.get("/v1/plans")).status_code == 200


@pytest.mark.parametrize("place", ["access_token", "token", "authorization", "Authorization"])
async def test_a_token_in_the_query_or_a_cookie_opens_nothing(house: House, place: str) -> None:
    held = token("admin")
    async with house.client("plans", {"Cookie": f"{place}={held}"}) as client:
        answer = await client.get("/v1/plans", params={place: held})
    assert answer.status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearer Bearer"])
async def test_another_scheme_opens_nothing(house: House, scheme: str) -> None:
    async with house.client("plans", {"Authorization": f"{scheme} {token('admin')}"}) as client:
        assert (await client.get("/v1/plans")).status_code == 401


async def test_the_refusal_repeats_nothing_of_the_token(house: House) -> None:
    secret = token("admin", key=FOREIGN_EC)
    async with house.client("plans", {"Authorization": f"Bearer {secret}"}) as client:
        answer = await client.get("/v1/plans")
    assert not any(piece in answer.text for piece in secret.split("."))


async def test_forged_tokens_do_not_send_us_to_the_issuer_each_time() -> None:
    reader = Reader()
    for _ in range(20):
        with pytest.raises(Exception, match="auth"):
            await reader.subject(f"Bearer {token('admin', key=FOREIGN_EC, header={'kid': 'new'})}")
    assert reader.fetched == 1


async def test_a_token_that_held_is_known_until_it_expires() -> None:
    reader = Reader()
    short, held = f"Bearer {token('author', exp=int(time.time()) - 29)}", f"Bearer {token('author')}"
    assert reader.known(held) is None
    assert await reader.subject(held) == reader.known(held) == "author"
    assert reader.known(held.replace("Bearer", "Basic")) is None
    # Within the leeway of 30 s it holds for one second more, and is not remembered for longer.
    assert await reader.subject(short) == "author"
    assert reader._held
    assert max(until for _, until in reader._held.values()) < time.time() + 61
    assert min(until for _, until in reader._held.values()) <= time.time() + 2
