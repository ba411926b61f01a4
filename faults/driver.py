"""The drills' people: commands go through the public API under keys, and all that is said is logged."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx2

from monthline.audit.facts import Said
from monthline.demo.issuer import Signer
from shared.contracts.ids import command_id
from shared.contracts.moves import TABLE, Note
from shared.contracts.words import Move

TIMEOUT = httpx2.Timeout(25.0)
# A connection that is kept may be closed by a stopping server just when the next request leaves.
LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=0)
PATIENCE = 120.0
PENDING = "pending"
PAUSE = 0.15
LONGEST_PAUSE = 1.0
UNDECIDED = frozenset({408, 429, 500, 502, 504})
ROUND_OPENS = 8.0
"""Seconds that a review round may take to open after the submission's answer."""
NOT_OPEN_YET = frozenset({"not_found", "review.not_approver"})
"""How a decision is refused that comes before its round."""


@dataclass(frozen=True)
class Wish:
    """A command somebody gives: the same wish again has the same key."""

    actor: str
    plan: str
    move: Move
    version: int
    key: str
    note: str | None = None

    @property
    def id(self) -> str:
        """The command's id."""
        return command_id(TABLE[self.move].owner, self.actor, self.key)


@dataclass(frozen=True)
class Answer:
    """What became of one sending: done, refused for good, put off (nothing was sent), or not known."""

    kind: Literal["ok", "refused", "later", "unknown"]
    code: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def taken(self) -> bool:
        """Whether the API has taken the command and does not know its end yet (202)."""
        return self.kind == "unknown" and self.code == PENDING

    @property
    def version(self) -> int:
        """The plan's version after the move."""
        return int(self.body["version"])


class Driver:
    """Sends wishes as their people; ``addresses`` are those of the APIs by service, or by process.

    ``patience`` is for how many seconds a key is repeated. ``lost`` names the sendings that had no answer
    at all, ``errors`` those answered with a server error and those of which the API does not keep its word.
    """

    def __init__(
        self,
        addresses: dict[str, str],
        signer: Signer,
        log: Path,
        *,
        patience: float = PATIENCE,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.addresses = addresses
        self.said: list[Said] = []
        self.unsettled: dict[str, tuple[Wish, str]] = {}
        self.errors: list[str] = []
        self.lost: list[str] = []
        self._patience = patience
        self._signer = signer
        self._tokens: dict[str, str] = {}
        self._taken: set[str] = set()
        self._http = httpx2.AsyncClient(timeout=TIMEOUT, limits=LIMITS, trust_env=False, transport=transport)
        self._log = log.open("a", encoding="utf-8", buffering=1)

    async def close(self) -> None:
        """End all connections."""
        await self._http.aclose()
        self._log.close()

    async def ask(
        self, method: str, service: str, path: str, person: str, *, json: Any = None, **headers: str
    ) -> httpx2.Response:
        """One request as somebody, once."""
        if person not in self._tokens:
            self._tokens[person] = self._signer.token(person)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._http.request(
            method,
            f"{self.addresses[service]}/v1{path}",
            json=json,
            headers={**named, "Authorization": f"Bearer {self._tokens[person]}"},
        )

    async def must(self, method: str, service: str, path: str, person: str, **given: Any) -> Any:
        """One request that has to succeed in the end; the document of its answer."""
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = await self.ask(method, service, path, person, **given)
                if answer.is_success:
                    return answer.json() if answer.content else None
                trouble = f"{answer.status_code} {answer.text[:300]}"
            except httpx2.TransportError as error:
                trouble = repr(error)
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {service}{path} as {person}: {trouble}")
            await asyncio.sleep(0.2)

    async def send(self, wish: Wish, *, to: str | None = None, timeout: float = 25.0) -> Answer:
        """Send a wish once; ``to`` is another process than the service's first."""
        rule = TABLE[wish.move]
        self._note("invoke", wish)
        began = time.monotonic()
        try:
            async with asyncio.timeout(timeout):
                answer = await self.ask(
                    "POST",
                    to or rule.owner,
                    rule.path(quote(wish.plan)),
                    wish.actor,
                    json=None if rule.note is Note.NONE else _body(wish),
                    Idempotency_Key=wish.key,
                    If_Match=f'"{wish.version}"',
                )
        except httpx2.ConnectError:
            return Answer("later", "not connected")
        except (httpx2.TransportError, TimeoutError) as error:
            return self._noted(wish, Answer("unknown", type(error).__name__, {}, time.monotonic() - began))
        return self._noted(wish, read(answer, time.monotonic() - began))

    async def do(self, wish: Wish, *, to: str | None = None) -> Answer:
        """Send a wish, with its key, until it is done or refused for good, or patience is at its end."""
        began, pause = time.monotonic(), PAUSE
        while True:
            answer = await self.send(wish, to=to)
            waited = time.monotonic() - began
            # A round opens a moment after the submission's answer.
            early = answer.code in NOT_OPEN_YET and waited < ROUND_OPENS
            if answer.kind in ("ok", "refused") and not early:
                return answer
            if waited > self._patience:
                return answer
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def settle(self, patience: float | None = None) -> None:
        """Ask for every command whose end is not known until ``/v1/commands`` tells it.

        One that it still does not tell is an error; it is not asked for any more.
        """
        patience = self._patience if patience is None else patience
        deadline = time.monotonic() + patience
        while self.unsettled and time.monotonic() < deadline:
            for wish, service in list(self.unsettled.values()):
                await self._ask_for(wish, service)
            await asyncio.sleep(PAUSE if self.unsettled else 0)
        self.errors += [f"{id_}: not answered within {patience:.0f} s" for id_ in self.unsettled]
        self.unsettled.clear()

    async def _ask_for(self, wish: Wish, service: str) -> None:
        try:
            answer = await self.ask("GET", service, f"/commands/{wish.key}", wish.actor)
        except httpx2.TransportError:
            return
        if answer.status_code == 404:
            # It has never arrived: whoever sent it would send it again. Unless its arrival was confirmed.
            self.unsettled.pop(wish.id, None)
            if wish.id in self._taken:
                self.errors.append(f"{wish.id}: taken (202), and not found when asked for")
            return
        found = read(answer, 0.0)
        if found.kind in ("ok", "refused"):
            self._noted(wish, found)

    def _noted(self, wish: Wish, answer: Answer) -> Answer:
        if answer.kind == "unknown":
            self.unsettled[wish.id] = (wish, TABLE[wish.move].owner)
            self._note("unknown", wish, answer)
        elif answer.kind in ("ok", "refused"):
            self.unsettled.pop(wish.id, None)
            self._note(answer.kind, wish, answer)
        if answer.taken:
            self._taken.add(wish.id)
        elif answer.kind == "unknown":
            self.lost.append(f"{wish.id}: {answer.code}")
        if answer.code.startswith("http.5"):
            self.errors.append(f"{wish.id}: {answer.code}")
        return answer

    def _note(
        self, event: Literal["invoke", "ok", "refused", "unknown"], wish: Wish, answer: Answer | None = None
    ) -> None:
        ok = answer is not None and answer.kind == "ok"
        self.note(
            Said(
                event,
                wish.id,
                plan=wish.plan,
                version=answer.version if ok and answer else None,
                seconds=answer.seconds if answer else 0.0,
                move=wish.move,
                taken=answer is not None and answer.taken,
            ),
            expected=wish.version,
            code=answer.code if answer else "",
        )

    def note(self, said: Said, **more: Any) -> None:
        """Write a line of the log."""
        self.said.append(said)
        self._log.write(json.dumps({**vars(said), **more, "at": time.time()}) + "\n")


def read(answer: httpx2.Response, seconds: float) -> Answer:
    """What an answer of the API means for a command."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if answer.status_code == 202:
        return Answer("unknown", PENDING, {}, seconds)
    if answer.is_success:
        return Answer("ok", "", body, seconds)
    if answer.status_code == 503:
        return Answer("later", str(body.get("code", "503")), body, seconds)
    if answer.status_code in UNDECIDED:
        return Answer("unknown", f"http.{answer.status_code}", body, seconds)
    return Answer("refused", str(body.get("code", answer.status_code)), body, seconds)


def _body(wish: Wish) -> dict[str, str]:
    return {} if wish.note is None else {"note": wish.note}
