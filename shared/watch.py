"""What is seen of every request: its trace, its time, and what its log lines have in common."""

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics
from shared.outbox import traceparent

OTHER = "other"
"""The route of a request that reached none; its path may hold anything."""


class Watched:
    """Gives every request a trace id, its caller's or a new one, and notes how long its answer took."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = _trace_id(Headers(scope=scope).get("traceparent", ""))
        scope.setdefault("state", {})["trace_id"] = trace_id
        began, status = time.perf_counter(), 500

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Trace-Id"] = trace_id
            await send(message)

        token = traceparent.set(f"00-{trace_id}-{secrets.token_hex(8)}-01")
        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                await self._app(scope, receive, traced)
        finally:
            traceparent.reset(token)
            took = time.perf_counter() - began
            metrics.HTTP_SECONDS.labels(scope["method"], route_of(scope), f"{status // 100}xx").observe(took)


def route_of(scope: Scope) -> str:
    """The pattern that the request's path matched, without anything its caller put into it."""
    return getattr(scope.get("route"), "path", None) or OTHER


def _trace_id(given: str) -> str:
    parts = given.split("-")
    known = len(parts) == 4 and re.fullmatch(r"[0-9a-f]{32}", parts[1])
    return parts[1] if known else secrets.token_hex(16)
