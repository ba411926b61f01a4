"""What is seen of every request: its trace, its time, and what its log lines have in common."""

import re
import secrets
import time
from contextlib import AbstractContextManager, nullcontext

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import metrics, tracing
from shared.telemetry.tracing import Span, traceparent

UNTRACED = frozenset({"/livez", "/readyz", "/metrics"})
"""What is asked every few seconds, by no person."""
OTHER = "other"
"""The route of a request that reached none; its path may hold anything."""


class RequestLog:
    """Gives every request a trace id, its caller's or a new one, and notes how long its answer took."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("traceparent", "")
        with self._span(scope, given) as span:
            context = span.traceparent if span else f"00-{_trace_id(given)}-{secrets.token_hex(8)}-01"
            await self._watched(scope, receive, send, context, span)

    async def _watched(
        self, scope: Scope, receive: Receive, send: Send, context: str, span: Span | None
    ) -> None:
        trace_id = tracing.trace_id_of(context)
        scope.setdefault("state", {})["trace_id"] = trace_id
        began, status = time.perf_counter(), 500

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Trace-Id"] = trace_id
            await send(message)

        token = traceparent.set(context)
        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                await self._app(scope, receive, traced)
        finally:
            traceparent.reset(token)
            route, took = route_of(scope), time.perf_counter() - began
            metrics.HTTP_SECONDS.labels(scope["method"], route, f"{status // 100}xx").observe(took)
            if span is not None:
                span.rename(f"{scope['method']} {route}")
                span.note(route=route, status=status)

    def _span(self, scope: Scope, given: str) -> AbstractContextManager[Span | None]:
        if scope["path"] in UNTRACED:
            return nullcontext()
        return tracing.span(scope["method"], kind="server", parent=given or None)


def route_of(scope: Scope) -> str:
    """The pattern that the request's path matched, without anything its caller put into it."""
    return getattr(scope.get("route"), "path", None) or OTHER


def _trace_id(given: str) -> str:
    parts = given.split("-")
    known = len(parts) == 4 and re.fullmatch(r"[0-9a-f]{32}", parts[1])
    return parts[1] if known else secrets.token_hex(16)
