"""Calls of the plan API, with the headers that they need."""

from typing import Any

import httpx2

from shared.contracts.ids import PlanRef
from shared.contracts.plan import PlanContent
from tests.unit.services.plans.build import PLAN

PATH = f"/plans/{PLAN.plan_id}"
CHINESE: dict[str, Any] = {"Accept-Language": "zh-CN"}


def body(content: PlanContent) -> dict[str, Any]:
    """Content as JSON."""
    return content.model_dump(mode="json")


async def write(client: httpx2.AsyncClient, content: PlanContent, if_match: str = '"1.0"') -> httpx2.Response:
    """Put a draft."""
    return await client.put(f"{PATH}/content", json=body(content), headers={"If-Match": if_match})


async def act(
    client: httpx2.AsyncClient, verb: str, if_match: str = '"1"', key: str = "key-0001", **given: Any
) -> httpx2.Response:
    """Make a move."""
    headers = {"If-Match": if_match, "Idempotency-Key": key, **given.pop("headers", {})}
    return await client.post(f"{PATH}/{verb}", headers=headers, **given)


async def report(
    client: httpx2.AsyncClient, *entries: Any, key: str = "key-0001", plan: PlanRef = PLAN, **headers: Any
) -> httpx2.Response:
    """Send progress."""
    said = {"entries": [one.model_dump(mode="json") for one in entries]}
    return await client.post(
        f"/plans/{plan.plan_id}/progress", json=said, headers={"Idempotency-Key": key, **headers}
    )


def marks(answer: dict[str, Any], code: str) -> list[str]:
    """The sentences of the findings of one rule."""
    return [finding["message"] for finding in answer["findings"] if finding["code"] == code]


def code(answer: httpx2.Response) -> tuple[int, str]:
    """Status and problem code."""
    return answer.status_code, answer.json()["code"]
