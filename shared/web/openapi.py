"""The OpenAPI document of a service: how callers sign in, what each operation does, and how it may refuse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import ConfigDict

from shared.contracts.moves import TABLE
from shared.contracts.refusals import REFUSALS, Refusal
from shared.contracts.words import Move
from shared.web.documented_refusals import REFUSES, by_status, of_request
from shared.web.views import View

PROBLEM_JSON: Final = "application/problem+json"
PROBLEM: Final = "#/components/schemas/Problem"
OTHER: Final = "problem"

HOW_TO_CALL: Final = """
Press **Authorize** and paste an access token; then **Try it out** sends requests with it.

A command has an `Idempotency-Key`, chosen afresh for each, and `If-Match` with the `ETag` that was read. The
same command with the same key is carried out once, however often it is sent. `Accept-Language: zh` or `en`
chooses the language.

点击 **Authorize** 粘贴访问令牌，再用 **Try it out** 发送请求。

每个操作请求须带新的 `Idempotency-Key`，并在 `If-Match` 中带上读取时得到的 `ETag`。
用同一个键重复发送，只执行一次。`Accept-Language: zh` 或 `en` 决定返回内容的语言。
"""


@dataclass(frozen=True)
class About:
    """What a service's interface is for, and the groups of its operations with their meaning."""

    purpose: str
    groups: Mapping[str, str] = field(default_factory=dict)

    def description(self) -> str:
        """The introduction of the document, in Markdown."""
        return f"{self.purpose}\n{HOW_TO_CALL}"

    def tags(self) -> list[dict[str, Any]]:
        """The groups as tags, in the order in which the API page shows them."""
        return [{"name": name, "description": text} for name, text in self.groups.items()]


NOTHING_SAID: Final = About("")


class CommandPending(View):
    """A command whose result is not known yet; its address is asked until it is."""

    status: Literal["pending"] = "pending"
    key: str


ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"headers": {"ETag": {"description": "The plan's new version.", "schema": {"type": "string"}}}},
    202: {
        "model": CommandPending,
        "description": "The result is not known yet. Ask at Location, or send the same command again.",
        "headers": {
            "Location": {"description": "Where to ask.", "schema": {"type": "string"}},
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
        },
    },
}
"""The answers to every command, for ``responses`` of its route."""


class FieldProblem(View):
    """One thing that is wrong in a request: the place, a stable code, and a sentence for people."""

    path: str
    code: str
    message: str


class Problem(View):
    """A refusal (RFC 9457). `title`, `detail` and messages are in the language of `Accept-Language`.

    Programs read `code`. Further members depend on the code, such as `stage`, `current` or `findings`.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:monthline:problem:version.stale",
                "title": "The plan has changed",
                "status": 412,
                "detail": "You saw version 3; the plan is at version 4, in stage HR review.",
                "code": "version.stale",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    errors: list[FieldProblem] | None = None


def describe(app: FastAPI) -> None:
    """Have an application give the document that is made here."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=True,
    )
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(_problem_schemas())
    leave_out_moves(schemas)
    components["responses"] = {OTHER: _response("Any other problem.", {"$ref": PROBLEM})}
    for methods in found["paths"].values():
        for method, operation in methods.items():
            _complete(method, operation, components["responses"])
    return found


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="validation")
    return {**schema.pop("$defs"), "Problem": schema}


def leave_out_moves(schemas: dict[str, Any]) -> None:
    """Moves of the table that this version does not offer are no possible value."""
    if Move.__name__ in schemas:
        schemas[Move.__name__]["enum"] = [move.value for move, rule in TABLE.items() if not rule.later]


def _complete(method: str, operation: dict[str, Any], shared: dict[str, Any]) -> None:
    """Add summary and refusals to one operation; ``shared`` are the responses that operations refer to."""
    operation["summary"] = summary_of(operation.get("description", ""))
    codes = {*operation.pop(REFUSES, ()), *(each.code for each in of_request(method, operation))}
    responses = operation["responses"]
    responses.pop("422", None)
    for status, refusals in by_status(REFUSALS[code] for code in sorted(codes)).items():
        name = "_".join(each.code for each in refusals)
        shared[name] = _refusal(refusals)
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
    responses["default"] = {"$ref": f"#/components/responses/{OTHER}"}


def summary_of(description: str) -> str:
    """The first clause of a description, which lists of operations show."""
    first = re.split(r"[.;:](?:\s|$)", description, maxsplit=1)[0]
    return " ".join(first.replace("``", "").split())


def _refusal(refusals: list[type[Refusal]]) -> dict[str, Any]:
    codes = {"properties": {"code": {"enum": [each.code for each in refusals]}}}
    lines = "\n".join(f"- `{each.code}`: {_meaning(each)}" for each in refusals)
    return _response(lines, {"allOf": [{"$ref": PROBLEM}, codes]})


def _meaning(refused: type[Refusal]) -> str:
    """The first sentence of a refusal's description."""
    return (refused.__doc__ or "").strip().split(". ")[0].split("\n")[0].rstrip(".") + "."


def _response(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}
