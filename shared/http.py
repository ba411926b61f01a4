"""HTTP for every service: the application, the caller, versions, pages and problems."""

import base64
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import log
from shared.access import Principal
from shared.bodies import TOO_LARGE, BodyLimit
from shared.contracts.lifecycle import Moved
from shared.contracts.refusals import (
    Invalid,
    KeyMissing,
    NotFound,
    Refusal,
    Refused,
    TooLarge,
    VersionMissing,
)
from shared.contracts.words import Language
from shared.door import Door
from shared.inbound import Outcome, Pending
from shared.outbox import traceparent
from shared.problems import language_of, problem

STATIC = Path(__file__).parent / "static" / "swagger"
Check = Callable[[], Awaitable[None]]
logger = log.get(__name__)


async def _caller(
    request: Request, authorization: Annotated[str | None, Header(include_in_schema=False)] = None
) -> Principal:
    door: Door = request.app.state.door
    address = request.client.host if request.client else ""
    plan = None if request.method == "GET" else request.path_params.get("plan_id")
    return await door.principal(authorization, address, plan)


Caller = Annotated[Principal, Depends(_caller)]


async def _language(accept_language: Annotated[str | None, Header()] = None) -> Language:
    return language_of(accept_language)


CallerLanguage = Annotated[Language, Depends(_language)]

IF_MATCH = re.compile(r'^(?:W/)?"?(\d{1,9})(?:\.(\d{1,9}))?"?$')


class Seen(BaseModel):
    """The version a caller has seen, from If-Match: the plan's, and the draft's where it was given."""

    version: int
    content_version: int | None = None


async def _seen(if_match: Annotated[str | None, Header()] = None) -> Seen:
    if if_match is None:
        raise VersionMissing()
    found = IF_MATCH.match(if_match.strip())
    if not found:
        error = {"path": "If-Match", "code": "etag", "message": 'send an ETag such as "3" or "3.7"'}
        raise Invalid(errors=[error])
    return Seen(version=int(found[1]), content_version=int(found[2]) if found[2] else None)


SeenVersion = Annotated[Seen, Depends(_seen)]
HEALTH_PATHS = frozenset({"/livez", "/readyz"})
KEY = re.compile(r"^[A-Za-z0-9_.-]{8,100}$")


async def _key(idempotency_key: Annotated[str | None, Header()] = None) -> str:
    if idempotency_key is None:
        raise KeyMissing()
    if not KEY.match(idempotency_key):
        error = {"path": "Idempotency-Key", "code": "key", "message": "8 to 100 letters, digits, - _ ."}
        raise Invalid(errors=[error])
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(_key)]


def etag(version: int, content_version: int | None = None) -> str:
    """The ETag of a plan: its version, and its draft's where that matters."""
    return f'"{version}"' if content_version is None else f'"{version}.{content_version}"'


def answer(outcome: Outcome, response: Response, prefix: str = "/v1/commands") -> Moved | dict[str, str]:
    """The body of a command's answer: 200 with what happened, or 202 with where to ask."""
    if isinstance(outcome, Pending):
        response.status_code = 202
        response.headers["Location"] = f"{prefix}/{outcome.key}"
        response.headers["Retry-After"] = "1"
        return {"status": "pending", "key": outcome.key}
    response.headers["ETag"] = etag(outcome.version)
    return outcome


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next`` is the cursor of the next page, null at the end."""

    items: list[T]
    next: str | None = None


class Paging(BaseModel):
    """Which page is wanted: after which key, and how many."""

    after: tuple[str, ...] = ()
    limit: int = 50

    def page(self, items: Sequence[T], key: Callable[[T], tuple[str, ...]]) -> Page[T]:
        """The page of ``items``, of which the caller has fetched one more than ``limit``."""
        kept = list(items[: self.limit])
        more = len(items) > self.limit
        return Page(items=kept, next=_cursor(key(kept[-1])) if more and kept else None)


def _cursor(key: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode("\x1f".join(key).encode()).decode().rstrip("=")


async def _paging(
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Paging:
    if cursor is None:
        return Paging(limit=limit)
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if "\x00" in text:
            raise ValueError("no such cursor")
    except ValueError as error:
        problems = [{"path": "cursor", "code": "cursor", "message": "use the next of an earlier page"}]
        raise Invalid(errors=problems) from error
    return Paging(after=tuple(text.split("\x1f")), limit=limit)


PageWanted = Annotated[Paging, Depends(_paging)]


MOST_ERRORS = 100
MOST_BODY = 1024 * 1024
"""Bytes of a request's body; a service that takes whole files says so."""


def create_app(title: str, *, door: Door, checks: dict[str, Check], most_body: int = MOST_BODY) -> FastAPI:
    """An application with the caller's door, problems, health pages and its own Swagger UI."""
    app = FastAPI(
        title=f"Monthline {title}",
        version="1",
        docs_url=None,
        redoc_url=None,
        strict_content_type=True,
        responses={"default": {"description": "Problem", "content": {"application/problem+json": {}}}},
    )
    app.state.door = door
    app.state.ready = True
    app.add_middleware(BodyLimit, most=most_body)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(_Tracing)
    _health(app, checks)
    app.mount("/static/swagger", StaticFiles(directory=STATIC), name="swagger")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url="/static/swagger/swagger-ui-bundle.js",
            swagger_css_url="/static/swagger/swagger-ui.css",
            swagger_favicon_url="/static/swagger/favicon-32x32.png",
        )

    return app


def health_app(title: str, *, checks: dict[str, Check]) -> FastAPI:
    """An application that answers for a process without an API: alive, ready."""
    app = FastAPI(title=f"Monthline {title}", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ready = True
    _health(app, checks)
    return app


def health_only(app: FastAPI) -> FastAPI:
    """The same application without its API, for a process that only works in the background."""
    bare = FastAPI(title=app.title, docs_url=None, redoc_url=None, openapi_url=None)
    bare.state = app.state
    kept = [route for route in app.router.routes if getattr(route, "path", "") in HEALTH_PATHS]
    bare.router.routes.extend(kept)
    return bare


def _health(app: FastAPI, checks: dict[str, Check]) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(response: Response) -> dict[str, str]:
        found = {name: await _state(check) for name, check in checks.items()}
        if not app.state.ready or any(state != "ok" for state in found.values()):
            response.status_code = 503
        return found


async def _state(check: Check) -> str:
    try:
        await check()
    except Exception as error:
        return f"failed: {type(error).__name__}"
    return "ok"


class _Tracing:
    """Gives every request a trace id: its caller's, or a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = _trace_id(Headers(scope=scope).get("traceparent", ""))
        scope.setdefault("state", {})["trace_id"] = trace_id

        async def traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Trace-Id"] = trace_id
            await send(message)

        token = traceparent.set(f"00-{trace_id}-{secrets.token_hex(8)}-01")
        try:
            await self._app(scope, receive, traced)
        finally:
            traceparent.reset(token)


def _trace_id(given: str) -> str:
    parts = given.split("-")
    known = len(parts) == 4 and re.fullmatch(r"[0-9a-f]{32}", parts[1])
    return parts[1] if known else secrets.token_hex(16)


def _problem(request: Request, refused: Refusal) -> JSONResponse:
    language = language_of(request.headers.get("accept-language"))
    headers = {"Content-Language": language.value}
    if "retry_after" in refused.details:
        headers["Retry-After"] = str(refused.details["retry_after"])
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        problem(refused, language, getattr(request.state, "trace_id", "")),
        status_code=refused.status,
        headers=headers,
        media_type="application/problem+json",
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _problem(request, error)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _problem(request, Invalid(errors=invalid(error.errors())))


def invalid(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Pydantic's errors as path, code and message, the first ``MOST_ERRORS``; values are left out."""
    return [
        {
            "path": ".".join(str(part) for part in found["loc"] if part not in ("body", "query", "path")),
            "code": found["type"],
            "message": found["msg"],
        }
        for found in errors[:MOST_ERRORS]
    ]


class _Status(Refused):
    """A status that the framework itself decided on."""

    code = "http.status"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message=message)
        self.status = status  # type: ignore[misc]


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == TOO_LARGE:
        return _problem(request, TooLarge())
    if error.status_code == 404:
        return _problem(request, NotFound(what="address"))
    return _problem(request, _Status(error.status_code, error.detail))


async def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("http.unexpected", path=request.url.path, exc_info=error)
    return _problem(request, _Status(500, "unexpected"))
