"""What is seen of every request: its trace id."""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.outbox import traceparent


class Watched:
    """Gives every request a trace id: its caller's, or a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
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
