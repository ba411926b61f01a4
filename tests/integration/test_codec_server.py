"""The codec server: readable payloads for those who may read them, and for no one else."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx2
import pytest
from google.protobuf.json_format import MessageToJson, Parse
from joserfc import jwk, jwt
from pydantic import AnyHttpUrl, SecretStr
from temporalio.api.common.v1 import Payload, Payloads

from monthline.codec_server import codec_app, server_of, token_reader
from monthline.embedded import EmbeddedServers
from monthline.embedded.binaries import find_program
from monthline.embedded.ports import LOOPBACK, free_port
from shared.base.settings import CodecSettings, TemporalSettings
from shared.engine.codec import ENCODING, key_of
from shared.engine.temporal import connect
from shared.web.serving import Impatient
from tests.integration.plans.lifecycle import Names

UI = "https://temporal.example"
PLAIN = Payload(metadata={ENCODING: b"json/plain"}, data=b'"Wang Fang was ill"')
ISSUER = "https://issuer.example"
KEY = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
KEYS = "new:" + "A" * 43 + "=,old:" + "B" * 43 + "="


def configured(issuer: str = ISSUER) -> CodecSettings:
    return CodecSettings(
        payload_keys=SecretStr(KEYS),
        oidc_issuer=issuer,
        oidc_jwks_url=AnyHttpUrl("https://issuer.example/keys"),
        admins=("ops",),
        payload_readers=("reader",),
        codec_origins=(UI,),
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=codec_app(configured(), Names()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://codec") as opened:
        yield opened


def body(*payloads: Payload) -> str:
    return MessageToJson(Payloads(payloads=payloads))


def payloads(answer: httpx2.Response) -> list[Payload]:
    assert answer.status_code == 200, answer.text
    return list(Parse(answer.text, Payloads()).payloads)


def of(person: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {person}", "Content-Type": "application/json", "X-Namespace": "default"}


@pytest.mark.parametrize("person", ["ops", "reader"])
async def test_readers_get_what_was_written(client: httpx2.AsyncClient, person: str) -> None:
    [kept] = payloads(await client.post("/encode", content=body(PLAIN), headers=of(person)))
    assert key_of(kept) == "new"
    assert payloads(await client.post("/decode", content=body(kept, PLAIN), headers=of(person))) == [
        PLAIN,
        PLAIN,
    ]


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}/", f"{ISSUER}/realms/acme"])
async def test_a_real_token_of_the_issuer_is_let_in_and_anothers_is_not(issuer: str) -> None:
    async def keys(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})

    settings = configured(issuer)
    tokens = token_reader(settings, httpx2.MockTransport(keys))
    transport = httpx2.ASGITransport(app=codec_app(settings, tokens))
    async with httpx2.AsyncClient(transport=transport, base_url="http://codec") as opened:
        let_in = await opened.post("/decode", content=body(PLAIN), headers=signed(issuer))
        assert payloads(let_in) == [PLAIN]
        other = await opened.post("/decode", content=body(PLAIN), headers=signed(f"{issuer}x"))
        assert other.status_code == 401


def signed(issuer: str) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": issuer, "aud": "monthline", "sub": "ops", "iat": now, "exp": now + 600}
    return {"Authorization": "Bearer " + jwt.encode({"alg": "ES256", "kid": "k1"}, claims, KEY)}


@pytest.mark.parametrize("path", ["/encode", "/decode"])
async def test_nobody_else_is_let_in(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.post(path, content=body(PLAIN))).status_code == 401
    assert (await client.post(path, content=body(PLAIN), headers=of("p017"))).status_code == 403


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The codec server on a port of its own."""
    server = server_of(configured().model_copy(update={"http_port": (port := free_port())}), Names())
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        await running


async def test_who_does_not_send_a_whole_request_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impatient, "patience", 0.3)
    async with served() as url, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(LOOPBACK, int(url.rpartition(":")[2]))
        writer.write(b"POST /decode HTTP/1.1\r\nHost: x\r\n")
        assert await reader.read() == b""
        writer.close()


async def test_temporal_s_command_line_shows_what_was_written(servers: EmbeddedServers) -> None:
    settings = TemporalSettings(temporal_address=servers.temporal.address, payload_keys=SecretStr(KEYS))
    client = await connect(settings)
    handle = await client.start_workflow(
        "Nobody", "Wang Fang was ill", id=f"cli-{uuid4()}", task_queue="none"
    )

    async def shown(**environment: str) -> str:
        command = [str(find_program("temporal")), "workflow", "show", "-w", handle.id, "-o", "json"]
        ran = await asyncio.create_subprocess_exec(
            *command,
            env={"HOME": "/nonexistent", "TEMPORAL_ADDRESS": servers.temporal.address, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return (await ran.communicate())[0].decode()

    async with served() as url:
        read = await shown(TEMPORAL_CODEC_ENDPOINT=url, TEMPORAL_CODEC_AUTH="Bearer reader")
        refused = await shown(TEMPORAL_CODEC_ENDPOINT=url, TEMPORAL_CODEC_AUTH="Bearer p017")
    said = base64.b64encode(b'"Wang Fang was ill"').decode()
    assert said in read
    assert said not in refused
    await handle.terminate()


async def test_only_the_ui_may_ask_from_a_browser(client: httpx2.AsyncClient) -> None:
    def asked(origin: str) -> dict[str, str]:
        return {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-namespace",
        }

    welcome = await client.options("/decode", headers=asked(UI))
    assert welcome.status_code == 200
    assert welcome.headers["access-control-allow-origin"] == UI
    stranger = await client.options("/decode", headers=asked("https://evil.example"))
    assert "access-control-allow-origin" not in stranger.headers


async def test_what_no_key_opens_is_refused_and_names_the_key(client: httpx2.AsyncClient) -> None:
    [kept] = payloads(await client.post("/encode", content=body(PLAIN), headers=of("ops")))
    kept.metadata["key-id"] = b"lost"
    answer = await client.post("/decode", content=body(kept), headers=of("ops"))
    assert answer.status_code == 422
    assert "'lost'" in answer.text
    assert "Wang" not in answer.text


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"payloads": 3}', json.dumps({"payloads": [{"data": 7}]})]
)
async def test_what_is_no_list_of_payloads_is_refused(client: httpx2.AsyncClient, content: str) -> None:
    answer = await client.post("/decode", content=content, headers=of("ops"))
    assert answer.status_code == 422


async def test_an_endless_body_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/decode", content=b" " * (9 * 1024 * 1024), headers=of("ops"))
    assert answer.status_code == 413
