"""HTTP for every service: the application, the caller, versions, commands and problems."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from shared.base import log
from shared.contracts.ids import PLAN_ID_FORM
from shared.contracts.lifecycle import Moved
from shared.contracts.moves import MoveRule, taken_by
from shared.contracts.refusals import (
    Invalid,
    KeyMissing,
    NotFound,
    Refusal,
    Refused,
    StoreDown,
    TooLarge,
    VersionMissing,
    field_error,
)
from shared.contracts.words import Language
from shared.health.preflight import Check, Preflight
from shared.health.probes import add_health
from shared.locale.negotiation import language_of
from shared.locale.problems import problem
from shared.locale.validation_messages import field_message
from shared.org.access import Principal
from shared.web.api_page import add_api_page
from shared.web.authentication import Authenticator
from shared.web.bearer import Authorization
from shared.web.body_limit import TOO_LARGE, BodyLimit
from shared.web.command_gateway import Outcome, Pending
from shared.web.documented_refusals import refuses_as
from shared.web.openapi import ANSWERS, NOTHING_SAID, About, CommandPending, describe
from shared.web.request_log import RequestLog
from shared.web.strict_query import require_known_query

logger = log.get(__name__)


async def _caller(request: Request, authorization: Authorization) -> Principal:
    preflight: Preflight | None = getattr(request.app.state, "preflight", None)
    if preflight is not None and not preflight.holds("schema"):
        # A schema that is not this program's is neither read nor written.
        raise StoreDown(retry_after=5)
    authenticator: Authenticator = request.app.state.authenticator
    address = request.client.host if request.client else ""
    plan = None if request.method == "GET" else request.path_params.get("plan_id")
    principal = await authenticator.principal(authorization, address, plan)
    require_known_query(request)
    return principal


Caller = Annotated[Principal, Depends(_caller)]


_AcceptLanguage = Header(description="zh for Chinese; anything else for English.", examples=["zh"])


async def _language(accept_language: Annotated[str | None, _AcceptLanguage] = None) -> Language:
    return language_of(accept_language)


CallerLanguage = Annotated[Language, Depends(_language)]

IF_MATCH = re.compile(r'^(?:W/)?"?(\d{1,9})(?:\.(\d{1,9}))?"?$')


class Seen(BaseModel):
    """The version a caller has seen, from If-Match: the plan's, and the draft's where it was given."""

    version: int
    content_version: int | None = None


_IfMatch = Header(
    description='The ETag of the plan as the caller has seen it: "3", or "3.7" where its draft matters.',
    json_schema_extra={"pattern": IF_MATCH.pattern},
    examples=['"3"'],
)


async def _seen(if_match: Annotated[str, _IfMatch]) -> Seen:
    found = IF_MATCH.match(if_match.strip())
    if not found:
        raise Invalid(errors=[field_error("If-Match", "etag", "field.etag_with_draft")])
    return Seen(version=int(found[1]), content_version=int(found[2]) if found[2] else None)


SeenVersion = Annotated[Seen, Depends(_seen)]
KEY = re.compile(r"^[A-Za-z0-9_.-]{8,100}$")


A_KEY = "9f0a2c1e-4b7d-4c55-8a33-2f5e1d6b7c80"
_Key = Header(
    description="Chosen afresh, as a UUID, for every command; the same again is the same command.",
    json_schema_extra={"pattern": KEY.pattern},
    examples=[A_KEY],
)


async def _key(idempotency_key: Annotated[str, _Key]) -> str:
    if not KEY.match(idempotency_key):
        raise Invalid(errors=[field_error("Idempotency-Key", "key", "field.idempotency_key")])
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(_key)]
SentKey = Annotated[str, PathParameter(pattern=KEY.pattern, examples=[A_KEY])]
"""A key by which a command is asked for."""

_PLAN = PathParameter(description=f"The plan's id: {PLAN_ID_FORM}.", examples=["acme:2026-03:p016:sales"])
PlanInPath = Annotated[str, _PLAN]


def etag(version: int, content_version: int | None = None) -> str:
    """The ETag of a plan: its version, and its draft's where that matters."""
    return f'"{version}"' if content_version is None else f'"{version}.{content_version}"'


def answer(outcome: Outcome, response: Response, prefix: str = "/v1/commands") -> Moved | Response:
    """The answer to a command: 200 with what happened, or 202 with where to ask."""
    if isinstance(outcome, Pending):
        headers = {"Location": f"{prefix}/{outcome.key}", "Retry-After": "1"}
        return JSONResponse(CommandPending(key=outcome.key).model_dump(), 202, headers)
    response.headers["ETag"] = etag(outcome.version)
    return outcome


Endpoint = Callable[..., Awaitable[Any]]
"""What answers a request, as FastAPI calls it."""


def add_moves(router: APIRouter, owner: str, endpoint: Callable[[MoveRule], Endpoint]) -> None:
    """The routes of the moves that a service takes; ``endpoint`` is asked for those that are offered."""
    for rule in taken_by(owner):
        if not rule.later:
            router.add_api_route(
                rule.path(),
                endpoint(rule),
                methods=["POST"],
                name=rule.move.value,
                description=rule.does,
                response_model=Moved,
                responses=ANSWERS,
                openapi_extra=refuses_as(rule),
            )


class ProblemAnswer(JSONResponse):
    """A refusal as problem+json."""

    media_type = "application/problem+json"


DryRun = Annotated[bool, Query(description="Only check, with all that may be refused; change nothing")]

MOST_ERRORS = 100
MOST_BODY = 1024 * 1024
"""Bytes of a request's body; a service that takes whole files says so."""


def create_app(
    title: str,
    *,
    authenticator: Authenticator,
    checks: dict[str, Check],
    about: About = NOTHING_SAID,
    most_body: int = MOST_BODY,
) -> FastAPI:
    """An application with authentication, problems, health pages and an API page."""
    app = FastAPI(
        title=f"Monthline {title}",
        description=about.description(),
        openapi_tags=about.tags(),
        version="1",
        docs_url=None,
        redoc_url=None,
        strict_content_type=True,
    )
    describe(app)
    app.state.authenticator = authenticator
    app.state.ready = True
    app.add_middleware(BodyLimit, most=most_body)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(RequestLog)
    add_health(app, checks)
    add_api_page(app)
    return app


def _problem(request: Request, refused: Refusal) -> JSONResponse:
    language = language_of(request.headers.get("accept-language"))
    headers = {"Content-Language": language.value}
    if "retry_after" in refused.details:
        headers["Retry-After"] = str(refused.details["retry_after"])
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    told = problem(refused, language, getattr(request.state, "trace_id", ""))
    return ProblemAnswer(told, status_code=refused.status, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _problem(request, error)


MISSING: dict[tuple[str, ...], type[Refusal]] = {
    ("header", "idempotency-key"): KeyMissing,
    ("header", "if-match"): VersionMissing,
}
"""Headers without which nothing else of a request is looked at, and how that is refused."""


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    for found in errors:
        missing = MISSING.get(found["loc"]) if found["type"] == "missing" else None
        if missing is not None:
            return _problem(request, missing())
    return _problem(request, Invalid(errors=invalid(errors)))


def invalid(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Pydantic's errors as field errors, the first ``MOST_ERRORS``; the rejected values are left out."""
    return [_field_error(found) for found in errors[:MOST_ERRORS]]


def _field_error(found: ErrorDetails) -> dict[str, Any]:
    path = ".".join(str(part) for part in found["loc"] if part not in ("body", "query", "path"))
    message = field_message(found)
    return field_error(path, found["type"], message.code, **dict(message.parameters))


class _Status(Refused):
    """A status that the framework itself decided on."""

    code = "http.status"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message=message)
        self.status = status  # type: ignore[misc]


UNREADABLE = 400
"""The framework's status for bytes that are no text."""


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == TOO_LARGE:
        return _problem(request, TooLarge())
    if error.status_code == 404:
        return _problem(request, NotFound(what="address"))
    if error.status_code == UNREADABLE:
        return _problem(request, Invalid(errors=[field_error("", "json", "field.body_unreadable")]))
    return _problem(request, _Status(error.status_code, error.detail))


async def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("http.unexpected", path=request.url.path, exc_info=error)
    return _problem(request, _Status(500, "unexpected"))
