"""The committed descriptions of the interfaces are what the code offers."""

import json

import pytest

from monthline.api_documents import FOLDER, documents
from shared.contracts.moves import TABLE


async def test_every_move_that_is_not_built_has_its_address_and_answers_501() -> None:
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.openapi.json")]
    absent = {
        path.rpartition("/")[2].replace("-", "_")
        for document in documents
        for path, methods in document["paths"].items()
        if "501" in methods.get("post", {}).get("responses", {})
    }
    assert absent == {move.value for move, rule in TABLE.items() if rule.later}


async def test_the_committed_interface_documents_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    current = await documents()
    changed = sorted(name for name in written | current if written.get(name) != current.get(name))
    assert changed == [], "run: python -m monthline.api_documents"


@pytest.mark.parametrize("service", ["directory", "plans", "review", "scoring", "notify"])
async def test_every_operation_has_a_summary_for_its_reader(service: str) -> None:
    document = json.loads((FOLDER / f"{service}.openapi.json").read_text(encoding="utf-8"))
    silent = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description")
    ]
    assert silent == []
