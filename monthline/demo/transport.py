"""Owns how the demo asks a service: repeated until there is an answer; a refusal is one class."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

Json = Any
"""A JSON document as parsed; views and contracts give it a type."""

PATIENCE = 30.0
"""Seconds for which a service that is down or busy is asked again."""

_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
_SAFE_TO_REPEAT = frozenset({"GET", "PUT", "DELETE"})

Token = Callable[[], str]


class Refusal(Exception):
    """A service said no; ``code`` is the stable problem type, ``problem`` the whole answer."""

    def __init__(self, request: str, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        self.code = str(problem.get("code", "unknown"))
        said = problem.get("detail") or problem.get("title") or self.code
        super().__init__(f"{request} was refused with {status} {self.code}: {said}")


class Unanswered(Exception):
    """A service gave no answer, however often it was asked."""


class Transport:
    """One person's way to all services, by their names."""

    def __init__(self, http: httpx2.AsyncClient, addresses: Mapping[str, str], token: Token) -> None:
        self._http = http
        self._addresses = addresses
        self._token = token

    async def ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """The answer, which is a success; raises Refusal or, after PATIENCE seconds, Unanswered."""
        request = self._http.build_request(
            method,
            f"{self._addresses[service]}/v1{path}",
            json=json,
            params={name: value for name, value in (params or {}).items() if value is not None},
            headers={**(headers or {}), "Authorization": f"Bearer {self._token()}"},
        )
        answer = await self._answered(request)
        if answer.is_success:
            return answer
        raise Refusal(f"{method} {request.url}", answer.status_code, _problem(answer))

    async def _answered(self, request: httpx2.Request) -> httpx2.Response:
        """Repeats the request while nobody is there to answer it, if saying it twice does no harm."""
        repeatable = request.method in _SAFE_TO_REPEAT or "Idempotency-Key" in request.headers
        deadline, pause = time.monotonic() + PATIENCE, _PAUSE
        while True:
            trouble: str
            try:
                answer = await self._http.send(request)
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                    return answer
                trouble = "answers 503"
            except httpx2.TransportError as error:
                if not repeatable and not isinstance(error, httpx2.ConnectError):
                    raise Unanswered(f"{request.method} {request.url}: {error!r}") from error
                trouble = repr(error)
            if time.monotonic() > deadline:
                raise Unanswered(f"{request.method} {request.url}: still {trouble} after {PATIENCE:.0f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _problem(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"title": answer.text[:200]}
    return body if isinstance(body, dict) else {"title": str(body)[:200]}
