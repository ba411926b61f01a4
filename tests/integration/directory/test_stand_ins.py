"""Delegations and absences over HTTP."""

import asyncio
from typing import Any

import pytest

from tests.integration.directory.conftest import Client, Told

MAY = {"start": "2026-05-01T00:00:00+08:00", "end": "2026-05-31T00:00:00+08:00"}


def delegation(giver: str, taker: str, **more: Any) -> dict[str, Any]:
    return {"giver": giver, "taker": taker, **MAY, **more}


def absence(person: str, **more: Any) -> dict[str, Any]:
    return {"person": person, "first": "2026-05-04", "last": "2026-05-08", **more}


async def test_a_delegation_is_kept_told_listed_and_revoked(client: Client, told: Told) -> None:
    given = await client("lead").post("/delegations", json=delegation("lead", "boss", id="may"))
    assert (given.status_code, given.json()["id"], given.json()["version"]) == (201, "may", 1)
    listed = (await client("boss").get("/delegations")).json()["items"]
    assert [(entry["id"], entry["revoked"]) for entry in listed] == [("may", False)]
    for _ in range(2):
        assert (await client("lead").delete("/delegations/may")).status_code == 204
    assert [(data["delegation"]["version"], data["delegation"]["revoked"]) for _, data in await told()] == [
        (1, False),
        (2, True),
    ]


async def test_the_same_delegation_sent_again_is_the_same_and_another_is_refused(
    client: Client, told: Told
) -> None:
    body = delegation("lead", "boss", id="may", steps=["leader_review_due"], departments=["sales"])
    assert (await client("lead").post("/delegations", json=body)).status_code == 201
    assert (await client("lead").post("/delegations", json=body)).status_code == 200
    other = await client("lead").post("/delegations", json=body | {"taker": "hr1"})
    assert (other.status_code, other.json()["code"]) == (409, "duplicate")
    await client("lead").delete("/delegations/may")
    assert (await client("lead").post("/delegations", json=body)).status_code == 409
    assert len(await told()) == 2


async def test_a_delegation_without_an_id_gets_one(client: Client) -> None:
    first = await client("lead").post("/delegations", json=delegation("lead", "boss"))
    second = await client("lead").post("/delegations", json=delegation("lead", "hr1"))
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("lead", 201), ("hr1", 201), ("ops", 201), ("hr2", 403), ("seller", 403), ("boss", 403)],
)
async def test_giver_hr_and_admin_give_a_delegation(client: Client, name: str, status: int) -> None:
    answer = await client(name).post("/delegations", json=delegation("lead", "maker"))
    assert answer.status_code == status


async def test_nobody_takes_the_decisions_of_another_for_themself(client: Client) -> None:
    assert (await client("hr1").post("/delegations", json=delegation("lead", "hr1"))).status_code == 403


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        (delegation("lead", "ghost"), "reference.unknown", "taker"),
        (delegation("lead", "lead"), "request.invalid", "taker"),
        (delegation("lead", "boss", end=MAY["start"]), "request.invalid", "end"),
        (delegation("lead", "boss", steps=["draft_due"]), "request.invalid", "steps.0"),
        (delegation("lead", "boss", departments=["nowhere"]), "reference.unknown", "departments.0"),
        (delegation("lead", "boss", start="2026-05-01T00:00:00"), "request.invalid", "start"),
    ],
)
async def test_a_delegation_that_cannot_be_is_refused_with_its_place(
    client: Client, told: Told, body: dict[str, Any], code: str, path: str
) -> None:
    answer = await client("lead").post("/delegations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["path"] == path
    assert await told() == []


async def test_a_third_delegation_in_a_row_and_one_that_comes_back_are_refused(client: Client) -> None:
    ops = client("ops")
    for giver, taker in [("lead", "boss"), ("boss", "hr1")]:
        assert (await ops.post("/delegations", json=delegation(giver, taker))).status_code == 201
    third = await ops.post("/delegations", json=delegation("hr1", "maker"))
    assert third.json()["errors"][0]["code"] == "delegation.chain_too_long"
    back = await ops.post("/delegations", json=delegation("hr1", "lead"))
    assert (back.status_code, back.json()["code"]) == (422, "reference.cycle")
    assert back.json()["path"] == "hr1 → lead → boss → hr1"
    june = {"start": "2026-06-01T00:00:00+08:00", "end": "2026-06-02T00:00:00+08:00"}
    later = await ops.post("/delegations", json=delegation("hr1", "lead", **june))
    assert later.status_code == 201


async def test_two_delegations_at_once_cannot_close_a_cycle_together(client: Client) -> None:
    answers = await asyncio.gather(
        client("lead").post("/delegations", json=delegation("lead", "boss")),
        client("boss").post("/delegations", json=delegation("boss", "lead")),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]


async def test_a_delegation_is_revoked_by_whom_it_concerns_and_hidden_from_strangers(
    client: Client,
) -> None:
    await client("lead").post("/delegations", json=delegation("lead", "maker", id="may"))
    assert (await client("plain").delete("/delegations/may")).status_code == 404
    assert (await client("maker").delete("/delegations/may")).status_code == 403
    assert (await client("hr1").delete("/delegations/may")).status_code == 204
    assert (await client("hr1").delete("/delegations/ghost")).status_code == 404


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("seller", ["seller-east1"]),
        ("east1", ["seller-east1"]),
        ("maker", ["maker-boss"]),
        ("hr2", ["seller-east1"]),
        ("lead", ["seller-east1"]),
        ("plain", []),
        ("watcher", ["maker-boss", "seller-east1"]),
        ("ops", ["maker-boss", "seller-east1"]),
    ],
)
async def test_delegations_are_listed_to_those_who_may_know(
    client: Client, name: str, sees: list[str]
) -> None:
    for giver, taker in [("seller", "east1"), ("maker", "boss")]:
        body = delegation(giver, taker, id=f"{giver}-{taker}")
        await client("ops").post("/delegations", json=body)
    page = (await client(name).get("/delegations")).json()
    assert [entry["id"] for entry in page["items"]] == sees
    one = (await client(name).get("/delegations", params={"person": "boss"})).json()["items"]
    assert [entry["id"] for entry in one] == [id for id in sees if id == "maker-boss"]


async def test_an_absence_is_kept_told_listed_and_revoked(client: Client, told: Told) -> None:
    body = absence("seller", id="leave")
    assert (await client("seller").post("/absences", json=body)).status_code == 201
    assert (await client("seller").post("/absences", json=body)).status_code == 200
    assert (
        await client("seller").post("/absences", json=absence("seller", id="leave", last="2026-05-09"))
    ).status_code == 409
    assert [entry["id"] for entry in (await client("lead").get("/absences")).json()["items"]] == ["leave"]
    for _ in range(2):
        assert (await client("seller").delete("/absences/leave")).status_code == 204
    assert [(data["absence"]["version"], data["absence"]["revoked"]) for _, data in await told()] == [
        (1, False),
        (2, True),
    ]


@pytest.mark.parametrize(
    ("name", "status"),
    [("seller", 201), ("hr1", 201), ("hr2", 201), ("ops", 201), ("lead", 403), ("maker", 403)],
)
async def test_a_person_their_hr_and_admins_enter_an_absence(client: Client, name: str, status: int) -> None:
    assert (await client(name).post("/absences", json=absence("seller"))).status_code == status


async def test_an_absence_that_ends_before_it_begins_is_refused(client: Client, told: Told) -> None:
    answer = await client("seller").post("/absences", json=absence("seller", last="2026-05-03"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "period.reversed")
    assert await told() == []


async def test_an_absence_is_hidden_from_those_whom_it_does_not_concern(client: Client) -> None:
    await client("seller").post("/absences", json=absence("seller", id="leave"))
    for name in ("maker", "plain"):
        assert (await client(name).get("/absences")).json()["items"] == []
        assert (await client(name).delete("/absences/leave")).status_code == 404
    assert (await client("lead").delete("/absences/leave")).status_code == 403
    assert (await client("ops").get("/absences", params={"person": "seller"})).json()["items"] != []
    assert (await client("ops").get("/absences", params={"person": "maker"})).json()["items"] == []
