"""The demo's issuer: who gets a token, what is in it, and whom it refuses to serve."""

import stat
from pathlib import Path

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from monthline.demo.issuer import AUDIENCE, OPERATOR, Signer, SigningKey, issuer_app
from monthline.demo.serving import NotLoopback
from shared.contracts.organisation import Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Role

SOMEBODY = Person(
    id="p001",
    name=Text(zh="陈<敏>", en="Chen <Min>"),
    email="p001@example.com",
    department="sales",
    roles=(RoleGrant(role=Role.MANAGER),),
)


async def everybody() -> list[Person]:
    return [SOMEBODY]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.kept_in(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
def signer(key: SigningKey) -> Signer:
    return Signer("127.0.0.1", 8107, key)


def browser(signer: Signer, base: str | None = None) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(issuer_app(signer, everybody))
    return httpx2.AsyncClient(transport=transport, base_url=base or signer.url)


async def test_a_given_token_holds_against_the_published_key(signer: Signer) -> None:
    async with browser(signer) as http:
        configuration = (await http.get("/.well-known/openid-configuration")).json()
        keys = (await http.get(configuration["jwks_uri"])).json()
        answer = (await http.post(configuration["token_endpoint"], json={"person": "p001"})).json()
    claims = jwt.decode(answer["access_token"], KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (configuration["issuer"], AUDIENCE, "p001")
    assert claims["exp"] - claims["iat"] == answer["expires_in"]


async def test_the_published_key_set_has_no_private_half(signer: Signer) -> None:
    async with browser(signer) as http:
        keys = (await http.get("/.well-known/jwks.json")).json()["keys"]
    assert all(not {"d", "p", "q", "dp", "dq", "qi"} & set(each) for each in keys)


@pytest.mark.parametrize(
    ("body", "status"),
    [({"person": "p999"}, 404), ({"person": "p001", "role": "admin"}, 422), ({"person": 1}, 422), ({}, 422)],
)
async def test_nobody_else_gets_a_token(signer: Signer, body: dict[str, object], status: int) -> None:
    async with browser(signer) as http:
        answer = await http.post("/token", json=body)
    assert answer.status_code == status
    assert "access_token" not in answer.text


async def test_the_operator_gets_a_token(signer: Signer) -> None:
    async with browser(signer) as http:
        assert (await http.post("/token", json={"person": OPERATOR})).status_code == 200


async def test_a_page_of_another_host_name_is_refused(signer: Signer) -> None:
    async with browser(signer, "http://evil.example") as http:
        assert (await http.post("/token", json={"person": "p001"})).status_code == 400


async def test_the_page_lists_people_and_escapes_their_names(signer: Signer) -> None:
    async with browser(signer) as http:
        page = await http.get("/")
    assert "Chen &lt;Min&gt;" in page.text
    assert 'data-person="p001"' in page.text
    assert "script-src 'nonce-" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "localhost.example"])
def test_an_address_that_others_can_reach_is_refused(key: SigningKey, host: str) -> None:
    with pytest.raises(NotLoopback, match="loopback"):
        Signer(host, 8107, key)


def test_the_key_is_kept_and_private_to_its_owner(tmp_path: Path) -> None:
    first = SigningKey.kept_in(tmp_path)
    assert SigningKey.kept_in(tmp_path).public == first.public
    assert stat.S_IMODE((tmp_path / "signing-key.json").stat().st_mode) == 0o600
