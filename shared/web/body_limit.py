"""How much of a request's body is taken in: the rest is refused before it is in memory."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_LARGE = 413


class BodyLimit:
    """Lets an application read at most ``most`` bytes of a body.

    What is too large is refused where the application reads it, and so in the application's own words.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced, taken = _announced(scope), 0

        async def bounded() -> Message:
            nonlocal taken
            if announced > self._most:
                raise HTTPException(TOO_LARGE)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise HTTPException(TOO_LARGE)
            return message

        await self._app(scope, bounded, send)


def _announced(scope: Scope) -> int:
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0
