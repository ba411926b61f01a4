"""S14: whatever anybody sends to any operation, the answer is one that its document promises."""

import base64
import os
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from typing import Any
from zlib import crc32

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from monthline.api_documents import FOLDER
from monthline.registry import SERVICES
from shared.contracts.words import Stage
from tests.attacks.company import CALLERS, DELEGATION, plan_in
from tests.attacks.serving import Served, serving
from tests.attacks.table import THOROUGH
from tests.attacks.tokens import bearer

EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "3"))
"""Requests to each operation by one caller. The first of them is the simplest that there is."""
WHO_SEES_MOST = ("admin", "hr_all")
AT_A_TIME = 2
"""How many callers try an operation where not everybody tries everything."""
TOKENS = {caller: bearer(caller) for caller in CALLERS}
KNOWN = {
    "plan_id": [plan_in(stage).plan_id for stage in Stage],
    "id": ["author", "east", DELEGATION.id, "1", "hook-admin"],
    "department": ["east", "sales"],
    "metric": ["rate"],
    "key": ["table-key-0001"],
    "month": ["2026-05"],
    "day": ["2026-05-04"],
    "number": ["1"],
    "year": ["2026"],
}
SURROGATE = "lone-surrogate"
"""Stands for one, which nothing but a raw request can have in its address."""
WILD = ["a\0b", "9" * 60, f"a{SURROGATE}b"]
CURSORS = [
    *WILD,
    *(base64.urlsafe_b64encode(text).decode() for text in (b"a\0b", b"9" * 60, b"a\xed\xa0\x80b")),
]


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

ROW_BY_ROW = "POST /v1/metrics/values"
"""It takes what is well and refuses what is not, record by record, and answers 200 all the same."""


@pytest.fixture(scope="module")
def served(owner_url: str) -> Iterator[Served]:
    """The house behind HTTP."""
    with serving(owner_url) as running:
        yield running


class Raw(requests.Session):
    """Connections that are kept, and addresses with bytes that no text encodes to."""

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        """Put the lone surrogate where its place is held."""
        request.url = (request.url or "").replace(SURROGATE, "%ED%A0%80")
        return super().send(request, **how)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Connections that are kept."""
    with Raw() as opened:
        yield opened


def pairs() -> Iterator[tuple[str, str]]:
    """Who tries which operation: everybody each, or a few in turn, the same in every run."""
    turns = cycle(CALLERS)
    for name in OPERATIONS:
        for caller in CALLERS if THOROUGH else [next(turns) for _ in range(AT_A_TIME)]:
            yield name, caller


@cache
def requests_to(name: str) -> st.SearchStrategy[Case[Any]]:
    """What its document allows, and what it does not."""
    return st.one_of([OPERATIONS[name].as_strategy(mode) for mode in GenerationMode])


def spoil(case: Case[Any], cursor: bool, data: st.DataObject) -> None:
    """Have ids that exist, as generated or wild ones in the path, and sometimes a wild cursor.

    Where what was generated is already wrong on purpose, it stays.
    """
    meta = case.meta
    assert meta is not None
    spared = meta.is_negative_at(ParameterLocation.PATH)
    for parameter in [] if spared else list(case.path_parameters or {}):
        ways = [KNOWN.get(parameter), None, WILD]
        if (way := data.draw(st.sampled_from(ways))) is not None:
            case.path_parameters[parameter] = data.draw(st.sampled_from(way))
    if cursor and not meta.is_negative_at(ParameterLocation.QUERY) and data.draw(st.booleans()):
        case.query["cursor"] = data.draw(st.sampled_from(CURSORS))


def documented(case: Case[Any], status: str) -> list[str]:
    """The codes that the document names for an operation under a status."""
    document = case.operation.schema.raw_schema
    response = document["paths"][case.operation.path][case.operation.method]["responses"].get(status)
    if response is None:
        return []
    name = response["$ref"].rpartition("/")[2]
    schema = document["components"]["responses"][name]["content"]["application/problem+json"]["schema"]
    codes: list[str] = schema["allOf"][1]["properties"]["code"]["enum"]
    return codes


def judge(case: Case[Any], response: Response) -> None:
    """Raise when the document does not promise such an answer."""
    if response.status_code >= 400:
        assert response.json()["code"] in documented(case, str(response.status_code)), response.text
    by_row = case.operation.label == ROW_BY_ROW
    case.validate_response(
        response, excluded_checks=[*NOT_OURS, *([negative_data_rejection] if by_row else [])]
    )


@pytest.mark.parametrize(("name", "caller"), [pytest.param(*pair, id=" by ".join(pair)) for pair in pairs()])
def test_every_answer_is_one_that_the_document_promises(
    served: Served, session: requests.Session, name: str, caller: str
) -> None:
    paged = any(parameter.name == "cursor" for parameter in OPERATIONS[name].query)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if THOROUGH else [])],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests_to(name), data=st.data())
    def attack(case: Case[Any], data: st.DataObject) -> None:
        spoil(case, paged, data)
        response = case.call(
            base_url=served.urls[name.split(" ", maxsplit=1)[0]],
            session=session,
            headers=TOKENS[caller],
            timeout=20,
        )
        judge(case, response)

    (attack if THOROUGH else seed(crc32(f"{name} {caller}".encode()))(attack))()


def broken_keys() -> dict[str, list[tuple[str, str]]]:
    """Every wild key and cursor of the operations without a body, each in the place of one that is well."""
    found = {}
    for name, operation in OPERATIONS.items():
        if not operation.body:
            keys = [(one.name, value) for one in operation.path_parameters for value in WILD]
            pages = [
                (one.name, value) for one in operation.query if one.name == "cursor" for value in CURSORS
            ]
            found[name] = keys + pages
    return {name: values for name, values in found.items() if values}


BROKEN = broken_keys()


@pytest.mark.parametrize("name", BROKEN)
def test_no_wild_key_or_cursor_gets_an_answer_that_the_document_does_not_promise(
    served: Served, session: requests.Session, name: str
) -> None:
    operation = OPERATIONS[name]
    known = {one.name: KNOWN[one.name][0] for one in operation.path_parameters}
    for place, value in BROKEN[name]:
        path = {place: value} if place in known else {}
        case = operation.Case(path_parameters=known | path, query={} if place in known else {place: value})
        for caller in CALLERS if THOROUGH else WHO_SEES_MOST:
            url = served.urls[name.split(" ", maxsplit=1)[0]]
            response = case.call(base_url=url, session=session, headers=TOKENS[caller], timeout=20)
            judge(case, response)
