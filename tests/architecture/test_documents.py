"""The committed descriptions of the interfaces are what the code offers."""

import json
import re
from typing import Any

import pytest

from monthline.api_documents import FOLDER, documents
from monthline.registry import SERVICES
from shared.contracts.moves import TABLE, taken_by


def read(service: str) -> dict[str, Any]:
    """The committed document of a service."""
    document: dict[str, Any] = json.loads((FOLDER / f"{service}.openapi.json").read_text(encoding="utf-8"))
    return document


def operations(service: str) -> dict[str, dict[str, Any]]:
    """The operations of a service by method and path."""
    paths = read(service)["paths"]
    return {f"{method} {path}": found for path, methods in paths.items() for method, found in methods.items()}


def schemas(service: str) -> dict[str, dict[str, Any]]:
    """The schemas of a service by name."""
    found: dict[str, dict[str, Any]] = read(service)["components"]["schemas"]
    return found


def test_no_document_offers_a_move_that_this_version_does_not_have() -> None:
    later = {word for move, rule in TABLE.items() if rule.later for word in (move, move.replace("_", "-"))}
    offered = {
        word
        for path in FOLDER.glob("*.json")
        for word in later
        if re.search(rf'[/"]{word}"', path.read_text(encoding="utf-8"))
    }
    assert later
    assert offered == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_that_it_needs_a_bearer_token(service: str) -> None:
    schemes = read(service)["components"]["securitySchemes"]
    assert [(each["type"], each["scheme"], each["bearerFormat"]) for each in schemes.values()] == [
        ("http", "bearer", "JWT")
    ]
    unguarded = [
        name for name, found in operations(service).items() if found.get("security") != [{"bearer": []}]
    ]
    assert unguarded == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_lists_its_refusals_as_problems(service: str) -> None:
    responses = read(service)["components"]["responses"]
    for name, found in operations(service).items():
        named = {status: each for status, each in found["responses"].items() if status >= "4"}
        assert {"401", "429", "503", "default"} <= set(named), name
        contents = [responses[each["$ref"].rpartition("/")[2]]["content"] for each in named.values()]
        assert all(list(content) == ["application/problem+json"] for content in contents), name


@pytest.mark.parametrize("service", SERVICES)
def test_every_move_says_how_its_table_row_refuses_it(service: str) -> None:
    listed = operations(service)
    for rule in taken_by(service):
        if not rule.later:
            found = listed[f"post /v1{rule.path()}"]["responses"]
            assert {"202", "409", "412", "428"} <= set(found)
            assert ("move.reason_missing" in found["422"]["$ref"]) or not rule.needs_reason


ANSWERED = {
    "plans": ("PlanView", "PlanContent-Output", "CyclePolicy-Output", "Moved"),
    "review": ("ReviewDetail", "WaitingView"),
    "scoring": ("ScoreDetail", "ScoringPolicy-Output"),
    "directory": ("PersonView", "Me"),
    "notify": ("Message", "Delivery"),
}


@pytest.mark.parametrize("service", SERVICES)
def test_fields_that_an_answer_always_has_are_required_in_its_schema(service: str) -> None:
    for name in ANSWERED[service]:
        schema = schemas(service)[name]
        assert set(schema["required"]) == set(schema["properties"]), name


def test_what_a_request_may_leave_out_is_not_required_in_its_schema() -> None:
    assert "note" not in schemas("plans")["Ending"].get("required", [])
    assert "errors" not in schemas("plans")["Problem"]["required"]


async def test_the_committed_interface_documents_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    current = await documents()
    changed = sorted(name for name in written | current if written.get(name) != current.get(name))
    assert changed == [], "run: python -m monthline.api_documents"


LONGEST_SUMMARY = 100


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_summary_of_its_own_and_a_group_that_is_described(service: str) -> None:
    described = {each["name"] for each in read(service)["tags"]}
    summaries = [found["summary"] for found in operations(service).values()]
    assert all(5 <= len(summary) <= LONGEST_SUMMARY and "``" not in summary for summary in summaries)
    assert len(set(summaries)) == len(summaries)
    assert {tag for found in operations(service).values() for tag in found["tags"]} == described
