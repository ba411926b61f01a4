"""No endpoint ignores a query parameter: a filter with a wrong name does not answer everybody's data."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from monthline.api_documents import FOLDER
from monthline.registry import SERVICES
from tests.attacks.house import House
from tests.attacks.rights import RIGHTS
from tests.attacks.tokens import bearer

UNKNOWN = "wer"
Operation = tuple[str, str, str, Mapping[str, Any]]


def operations() -> Iterator[Operation]:
    """Every operation of every service, from the committed documents."""
    for service in SERVICES:
        document = json.loads((FOLDER / f"{service}.openapi.json").read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                yield service, method.upper(), path, operation


ALL = list(operations())
NAMES = [f"{service} {method} {path}" for service, method, path, _ in ALL]


def query_of(operation: Mapping[str, Any]) -> list[str]:
    return sorted(given["name"] for given in operation.get("parameters", ()) if given["in"] == "query")


@pytest.mark.parametrize(("service", "method", "path", "operation"), ALL, ids=NAMES)
async def test_an_unknown_query_parameter_is_refused_with_its_name_and_the_known_ones(
    house: House, service: str, method: str, path: str, operation: Mapping[str, Any]
) -> None:
    # The caller is an admin whom the path need not let in: the query is judged before the right.
    url = path.replace("{", "").replace("}", "")
    headers = {"Accept-Language": "en", "If-Match": '"1"', "Idempotency-Key": "strict-query"}
    async with house.client(service, bearer("admin")) as client:
        answer = await client.request(method, url, params={UNKNOWN: "secret-value"}, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "request.invalid"
    [error] = problem["errors"]
    assert (error["path"], error["code"]) == (UNKNOWN, "parameter_unknown")
    known = query_of(operation)
    assert error["message"] == (
        f"unknown here; known are: {', '.join(known)}" if known else "this address takes no query parameter"
    )
    assert "secret-value" not in answer.text


@pytest.mark.parametrize("service", SERVICES)
async def test_a_stranger_is_told_of_the_missing_token_alone(house: House, service: str) -> None:
    path = next(key.split()[1] for key in RIGHTS[service] if key.startswith("GET ") and "{" not in key)
    async with house.client(service) as client:
        answer = await client.get(path, params={UNKNOWN: "x"})
    assert answer.status_code == 401


async def test_scores_are_not_everybodys_when_somebody_asks_for_a_person(house: House) -> None:
    async with house.client("scoring", bearer("hr_all")) as client:
        answer = await client.get(
            "/v1/scores", params={"person": "author"}, headers={"Accept-Language": "zh"}
        )
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "path": "person",
            "code": "parameter_unknown",
            "message": "此地址没有这个查询参数，可用的有：cursor, department, limit, month",
        }
    ]


async def test_many_and_long_unknown_names_are_not_all_repeated(house: House) -> None:
    async with house.client("plans", bearer("auditor")) as client:
        answer = await client.get("/v1/plans", params={f"{n}{'x' * 300}": "1" for n in range(30)})
    assert len(answer.json()["errors"]) == 20
    assert max(len(error["path"]) for error in answer.json()["errors"]) == 100
