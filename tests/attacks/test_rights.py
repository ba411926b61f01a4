"""S1: every endpoint, by every role in every relation and stage, gets exactly the answer of the table."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from monthline.registry import SERVICES
from shared.contracts.words import Stage
from tests.attacks.company import CALLERS, plan_in
from tests.attacks.house import House
from tests.attacks.rights import RIGHTS
from tests.attacks.table import Row
from tests.attacks.tokens import bearer

ROWS = [(service, name) for service, rows in RIGHTS.items() for name in rows]
OPEN_TO_ALL = {"/livez", "/readyz", "/docs", "/openapi.json", "/static/swagger", "/metrics"}
"""What answers without a caller: no datum of any person or plan."""

TOKENS = {caller: bearer(caller) for caller in CALLERS}


@pytest.fixture(autouse=True, scope="module")
async def sent(house: House) -> None:
    """Commands that their senders may ask about, and nobody else."""
    drafted, waiting, scored = plan_in(Stage.DRAFTING), plan_in(Stage.HR_REVIEW), plan_in(Stage.SCORED)
    for service, caller, path, version in (
        ("plans", "author", f"/v1/plans/{drafted.plan_id}/submit", "1.1"),
        ("review", "hr", f"/v1/reviews/{waiting.plan_id}/approve", "2"),
        ("scoring", "author", f"/v1/scores/{scored.plan_id}/confirm", "6"),
    ):
        headers = {"Idempotency-Key": f"sent-by-{caller}", "If-Match": f'"{version}"'}
        async with house.client(service, TOKENS[caller]) as client:
            answer = await client.post(path, headers=headers, json={})
        assert answer.status_code == 200, answer.text


def endpoints(app: FastAPI) -> set[str]:
    """Every endpoint of an application as its document shows it."""
    return {
        f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods
    }


def hidden(routes: Any) -> Iterator[str]:
    """The paths that the document does not show, however deep their router is included."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from hidden(included.routes)
        elif not getattr(route, "include_in_schema", False) or not hasattr(route, "dependant"):
            yield route.path


@pytest.mark.parametrize("service", SERVICES)
def test_every_endpoint_has_a_row_and_every_row_an_endpoint(house: House, service: str) -> None:
    assert endpoints(house.apps[service]) == set(RIGHTS[service])


@pytest.mark.parametrize("service", SERVICES)
def test_what_no_document_shows_is_open_to_all_and_known_to_be(house: House, service: str) -> None:
    assert set(hidden(house.apps[service].router.routes)) <= OPEN_TO_ALL


async def ask(
    house: House, service: str, name: str, caller: dict[str, str], asked: dict[str, Any]
) -> tuple[int, str]:
    """The status of a request, with its text."""
    headers = {**caller, **asked.pop("headers", {})}
    async with house.client(service, headers) as client:
        answer = await client.request(name.split(" ", maxsplit=1)[0], **asked)
    return answer.status_code, answer.text


async def every_answer(house: House, service: str, name: str, row: Row) -> AsyncIterator[str]:
    """Each answer that differs from the table's."""
    for caller, stage in row.tries():
        status, text = await ask(house, service, name, TOKENS[caller], row.request(caller, stage))
        if status != row.expected(caller, stage):
            yield f"{caller} in {stage}: {status}, not {row.expected(caller, stage)}: {text[:200]}"


@pytest.mark.parametrize(("service", "name"), ROWS)
async def test_every_caller_gets_the_answer_of_the_table(house: House, service: str, name: str) -> None:
    differing = [found async for found in every_answer(house, service, name, RIGHTS[service][name])]
    assert differing == []


STRANGERS: dict[str, tuple[dict[str, str], int]] = {
    "anonymous": ({}, 401),
    "expired": (bearer("admin", exp=1_700_000_000), 401),
    "disabled": (bearer("gone"), 403),
    "unknown": (bearer("nobody"), 403),
    "claiming roles": (bearer("nobody", roles=["admin"], admin=True, groups=["admin"]), 403),
}


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_who_does_not_work_here_gets_nothing_from_any_endpoint(house: House, stranger: str) -> None:
    headers, expected = STRANGERS[stranger]
    answers = {
        (service, name): await ask(house, service, name, headers, row.request("admin", Stage.DRAFTING))
        for service, rows in RIGHTS.items()
        for name, row in rows.items()
    }
    assert {place: said for place, said in answers.items() if said[0] != expected} == {}
