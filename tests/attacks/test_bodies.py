"""S15: bodies that are huge, deep, doubled or no text at all are refused, and cost little."""

import gc
import json
import resource
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.directory.api import MOST_BODY as WHOLE_ORGANISATION
from shared.contracts.words import Stage
from shared.web.http import MOST_BODY
from tests.attacks.company import plan_in
from tests.attacks.house import House
from tests.attacks.rights import RIGHTS
from tests.attacks.tokens import bearer
from tests.unit.services.plans.build import GOOD

WITH_BODY = [
    (service, name) for service, rows in RIGHTS.items() for name, row in rows.items() if row.body is not None
]
PLAN = f"/v1/plans/{plan_in(Stage.DRAFTING).plan_id}"
CONTENT = f"{PLAN}/content"
JSON = {"Content-Type": "application/json"}
MEMORY = 200 * 1024 * 1024

NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "half": b'{"note": ',
    "a word": b"note",
    "deep lists": b"[" * 100_000,
    "deep closed lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep and short": b"[" * 900 + b"]" * 900,
    "NaN": b"NaN",
    "Infinity inside": b'{"note": Infinity, "mail": NaN, "records": [NaN], "items": [-Infinity]}',
    "a number without end": b"1" * 5000,
    "an exponent without end": b'{"version": 1e999999}',
    "NUL": b'{"note": "a\\u0000b", "text": "a\\u0000b", "mail": "\\u0000"}',
    "a raw NUL": b'{"note": "a\x00b"}',
    "a lone surrogate": b'{"note": "\\ud800", "text": "\\udfff", "url": "\\ud800"}',
    "a surrogate as name": b'{"\\ud800": 1}',
    "no UTF-8": b'{"note": "\xff\xfe"}',
    "UTF-16": '{"evil": "a"}'.encode("utf-16"),
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "a great name": b'{"' + b"x" * 100_000 + b'": 1}',
    "many names": json.dumps({f"n{number}": number for number in range(2_000)}).encode(),
}


def asked(service: str, name: str, who: str = "admin") -> tuple[str, str, dict[str, str]]:
    """Method, URL and headers of an endpoint's request."""
    row = RIGHTS[service][name]
    request = row.request(who, Stage.DRAFTING)
    return name.split(" ", maxsplit=1)[0], request["url"], bearer(who) | JSON | request.get("headers", {})


@pytest.mark.parametrize("kind", NO_JSON)
async def test_no_endpoint_breaks_at_a_body_that_is_none(house: House, kind: str) -> None:
    broken = {}
    for service, name in WITH_BODY:
        method, url, headers = asked(service, name, min(RIGHTS[service][name].by))
        async with house.client(service, headers) as client:
            answer = await client.request(method, url, content=NO_JSON[kind])
        if answer.status_code >= 500 or (answer.status_code == 200 and kind != "nothing"):
            broken[service, name] = (answer.status_code, answer.text[:200])
    assert broken == {}


@pytest.mark.parametrize(
    "type_",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "x",
        "",
    ],
)
async def test_only_json_is_read(house: House, type_: str) -> None:
    for service, name in WITH_BODY:
        row = RIGHTS[service][name]
        method, url, headers = asked(service, name)
        body = json.dumps(row.body("admin", Stage.DRAFTING) if row.body else None)
        async with house.client(service, headers | {"Content-Type": type_}) as client:
            answer = await client.request(method, url, content=body)
        assert answer.status_code == 422, (service, name, answer.text)


async def pieces(size: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    piece = b" " * 65536
    for _ in range(size // len(piece) + 1):
        yield piece


def limit_of(service: str) -> int:
    """The most that a service takes."""
    return WHOLE_ORGANISATION if service == "directory" else MOST_BODY


@pytest.mark.parametrize(("service", "name"), WITH_BODY)
@pytest.mark.parametrize("caller", ["admin", ""])
async def test_a_body_that_is_too_large_is_not_taken_in_whether_it_says_so_or_not(
    house: House, service: str, name: str, caller: str
) -> None:
    method, url, headers = asked(service, name)
    if not caller:
        del headers["Authorization"]
    too_much: list[dict[str, Any]] = [
        {"content": pieces(limit_of(service))},
        {"content": b"{}", "headers": {"Content-Length": str(limit_of(service) + 1)}},
    ]
    for sent in too_much:
        async with house.client(service, headers) as client:
            answer = await client.request(method, url, **sent)
        assert answer.status_code == 413, answer.text
        assert answer.json()["code"] == "request.too_large"


async def test_a_flood_of_huge_and_deep_bodies_costs_bounded_memory(house: House) -> None:
    deep, wide = NO_JSON["deep closed lists"], b"[" + b"[]," * (MOST_BODY // 4) + b"[]]"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with house.client("plans", bearer("author") | JSON | {"If-Match": '"1.1"'}) as client:
        for body in [deep, wide] * 3:
            assert (await client.put(CONTENT, content=body)).status_code == 422
            await client.put(CONTENT, content=pieces(64 * MOST_BODY))
    gc.collect()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MEMORY


async def test_of_doubled_names_the_last_counts_and_the_key_stands_for_what_counted(house: House) -> None:
    """Whoever reads the first is another program; this one judges, keeps and compares the same one."""
    path = f"/v1/plans/{plan_in(Stage.DRAFTING).plan_id}/exempt"
    headers = bearer("hr") | JSON | {"If-Match": '"1"', "Idempotency-Key": "doubled-key"}
    async with house.client("plans", headers) as client:
        first = await client.post(path, content=b'{"note": "one", "note": "two"}')
        same = await client.post(path, content=b'{"note": "two"}')
        other = await client.post(path, content=b'{"note": "one"}')
    assert (first.status_code, same.status_code, other.status_code) == (200, 200, 422)
    assert house.engine.sent[-1].note == "two"


async def test_a_note_keeps_every_character_that_people_type(house: House) -> None:
    """Refusing what is no text must not refuse what is."""
    item = GOOD.items[0].model_copy(update={"title": "𠮷野家 café \u200b🏽 ع \u202e x"})
    body = GOOD.model_copy(update={"items": (item, *GOOD.items[1:])})
    async with house.client("plans", bearer("author")) as client:
        seen = {"If-Match": (await client.get(PLAN)).headers["ETag"]}
        kept = await client.put(CONTENT, json=body.model_dump(mode="json"), headers=seen)
        assert kept.status_code == 200, kept.text
        assert (await client.get(PLAN)).json()["content"]["items"][0]["title"] == item.title


@pytest.mark.parametrize(
    "header", ["Idempotency-Key", "If-Match", "Accept-Language", "traceparent", "Content-Type"]
)
@pytest.mark.parametrize(
    "value", ["x" * 60_000, "\xff\xfe", "1; drop table plan", '"' * 1000, "0" * 400, "-1", ""]
)
async def test_no_header_breaks_an_endpoint(house: House, header: str, value: str) -> None:
    path = f"/v1/plans/{plan_in(Stage.DRAFTING).plan_id}/exempt"
    headers = bearer("hr") | JSON | {"If-Match": '"1"', "Idempotency-Key": "header-key"}
    raw = {name.encode(): text.encode("latin-1") for name, text in (headers | {header: value}).items()}
    async with house.client("plans") as client:
        answer = await client.post(path, content=b'{"note": "x"}', headers=raw)
    assert answer.status_code < 500, answer.text
