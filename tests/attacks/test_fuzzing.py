"""S14: whatever anybody sends to any operation, the answer is one that its document promises."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import positive_data_acceptance

from monthline.api_documents import FOLDER
from shared.contracts.words import Stage
from shared.migrations.run import SERVICES
from tests.attacks.company import CALLERS, DELEGATION, plan_in
from tests.attacks.serving import Served, serving
from tests.attacks.tokens import bearer

EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "4"))
THOROUGH = EXAMPLES > 20
NOT_OFFERED = 501
TOKENS = {caller: bearer(caller) for caller in CALLERS}
KNOWN = {
    "plan_id": [plan_in(stage).plan_id for stage in Stage],
    "id": ["author", "east", DELEGATION.id, "1", "hook-admin"],
    "department": ["east", "sales"],
    "metric": ["rate"],
    "key": ["table-key-0001"],
}


def operations() -> dict[str, Any]:
    """Every operation of the committed documents, by service and label."""
    found = {}
    for service in SERVICES:
        schema = schemathesis.openapi.from_path(FOLDER / f"{service}.openapi.json")
        for result in schema.get_all_operations():
            operation = result.ok()  # type: ignore[union-attr]  # the documents are valid
            found[f"{service} {operation.label}"] = operation
    return found


OPERATIONS = operations()
NOT_OURS: list[CheckFunction] = [positive_data_acceptance]
"""What the schema allows, rights, stages and the organisation may still refuse, as the rights table says."""


@pytest.fixture(scope="module")
def served(owner_url: str) -> Iterator[Served]:
    """The house behind HTTP."""
    with serving(owner_url) as running:
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Connections that are kept."""
    with requests.Session() as opened:
        yield opened


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_the_document_promises(
    served: Served, session: requests.Session, name: str
) -> None:
    operation = OPERATIONS[name]
    wild = st.one_of([operation.as_strategy(mode) for mode in GenerationMode])

    @settings(
        max_examples=EXAMPLES,
        derandomize=not THOROUGH,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if THOROUGH else [])],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=wild, caller=st.sampled_from(CALLERS), data=st.data())
    def attack(case: Case[Any], caller: str, data: st.DataObject) -> None:
        for parameter in list(case.path_parameters or {}):
            if parameter in KNOWN and data.draw(st.booleans()):
                case.path_parameters[parameter] = data.draw(st.sampled_from(KNOWN[parameter]))
        response = case.call(
            base_url=served.urls[name.split(" ", maxsplit=1)[0]],
            session=session,
            headers=TOKENS[caller],
            timeout=20,
        )
        if response.status_code == NOT_OFFERED:
            # A move of the domain that this version knows and does not offer says so to everybody.
            assert response.json()["code"] == "move.not_available"
            return
        case.validate_response(response, excluded_checks=NOT_OURS)

    attack()
