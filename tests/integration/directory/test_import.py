"""A whole organisation in one go: all of it or nothing, and everything wrong at once."""

import asyncio
from typing import Any

from services.directory.store import register
from shared.store.db import Database
from tests.integration.directory.conftest import PEOPLE, Client, Told, facts

SELLER = PEOPLE[3]
ORGANISATION: dict[str, Any] = {
    "departments": [
        {"id": "north", "name": {"zh": "华北", "en": "North"}, "parent": "sales", "manager": "p201"},
        {"id": "far", "name": {"zh": "远方", "en": "Far"}, "parent": "north", "leader": "p202"},
    ],
    "people": [
        {"id": "p201", **facts(SELLER, department="north")},
        {"id": "p202", **facts(SELLER, department="far", roles=[{"role": "leader", "departments": ["far"]}])},
        {"id": "seller", **facts(SELLER)},
        {"id": "east1", **facts(PEOPLE[4], language="en")},
    ],
}


async def test_an_organisation_whose_parts_name_each_other_arrives_whole(client: Client, told: Told) -> None:
    answer = await client("ops").post("/organisation", json=ORGANISATION)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "departments": {"created": 2, "changed": 0, "unchanged": 0},
            "people": {"created": 2, "changed": 1, "unchanged": 1},
            "dry_run": False,
        },
    )
    assert [(subject.split(".")[2], *_versions(data)) for subject, data in await told()] == [
        ("department_changed", "north", 1),
        ("department_changed", "far", 1),
        ("person_changed", "p201", 1),
        ("person_changed", "p202", 1),
        ("person_changed", "east1", 2),
    ]


async def test_the_same_organisation_again_changes_nothing(client: Client, told: Told) -> None:
    await client("hr1").post("/organisation", json=ORGANISATION)
    before = await told()
    again = await client("hr1").post("/organisation", json=ORGANISATION)
    assert again.json()["people"] == {"created": 0, "changed": 0, "unchanged": 4}
    assert await told() == before


async def test_a_dry_run_says_what_would_happen_and_does_nothing(client: Client, told: Told) -> None:
    answer = await client("ops").post("/organisation", params={"dry_run": True}, json=ORGANISATION)
    assert answer.json()["departments"] == {"created": 2, "changed": 0, "unchanged": 0}
    assert answer.json()["dry_run"] is True
    assert await told() == []
    assert (await client("ops").get("/departments/north")).status_code == 404


async def test_everything_wrong_in_any_entry_is_told_at_once_and_nothing_is_kept(
    client: Client, told: Told
) -> None:
    wrong = {
        "departments": [
            {"id": "north", "name": {"zh": "华北", "en": "North"}, "parent": "far"},
            {"id": "far", "name": {"zh": "远方", "en": "Far"}, "parent": "north"},
            {"id": "No Code", "name": {"zh": "错", "en": "Wrong"}},
        ],
        "people": [
            {"id": "p201", **facts(SELLER, department="nowhere")},
            {"id": "p202", **facts(SELLER, zone="Mars/Olympus", shoe=43)},
            {"id": "p203", **facts(SELLER)},
            {"id": "p203", **facts(SELLER)},
            "somebody",
        ],
    }
    answer = await client("ops").post("/organisation", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert {(error["path"], error["code"]) for error in answer.json()["errors"]} == {
        ("departments.0.parent", "reference.cycle"),
        ("departments.2.id", "string_pattern_mismatch"),
        ("people.0.department", "reference.unknown"),
        ("people.1.zone", "time_zone_unknown"),
        ("people.1.shoe", "extra_forbidden"),
        ("people.3.id", "duplicate"),
        ("people.4", "model_attributes_type"),
    }
    assert await told() == []
    assert (await client("ops").get("/people/p203")).status_code == 404


async def test_only_who_may_write_the_whole_company_imports_it(client: Client) -> None:
    for name in ("hr2", "seller", "boss", "watcher"):
        assert (await client(name).post("/organisation", json=ORGANISATION)).status_code == 403


async def test_hr_imports_no_admins(client: Client, told: Told) -> None:
    admins = {"people": [{"id": "p201", **facts(SELLER, roles=[{"role": "admin"}])}]}
    assert (await client("hr1").post("/organisation", json=admins)).status_code == 403
    assert await told() == []


async def test_two_changes_at_once_cannot_close_a_cycle_together(client: Client, database: Database) -> None:
    names = {"a": "b", "b": "a"}
    flat = [{"id": id, "name": {"zh": id, "en": id}} for id in names]
    for _ in range(10):
        await client("ops").post("/organisation", json={"departments": flat})
        answers = await asyncio.gather(
            *(
                client("ops").put(f"/departments/{id}", json={"name": {"zh": id, "en": id}, "parent": parent})
                for id, parent in names.items()
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        async with database.transaction() as connection:
            tree = (await register.load(connection)).departments
        assert {tree["a"].parent, tree["b"].parent} in ({None, "a"}, {None, "b"})


def _versions(data: dict[str, Any]) -> tuple[str, int]:
    value = data.get("department") or data["person"]
    return value["id"], value["version"]
