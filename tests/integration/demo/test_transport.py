"""How the demo asks a service: what is repeated, what is refused, and how a pending answer is followed."""

from collections.abc import Iterator

import httpx2
import pytest

from monthline.demo import client as clients
from monthline.demo import transport as transports
from monthline.demo.client import Client
from monthline.demo.transport import Refusal, Transport, Unanswered
from shared.contracts.words import Move

MOVED = {
    "command_id": "p001:key",
    "plan_id": "acme:2026-03:p002:sales",
    "move": "approve",
    "actor": "p001",
    "stage": "tracking",
    "version": 4,
    "at": "2026-03-03T10:00:00Z",
}
Answer = httpx2.Response | Exception


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "_PAUSE", 0.001)
    monkeypatch.setattr(clients, "_ACCEPTED_PAUSE", 0.001)


def service(*answers: Answer) -> tuple[Transport, list[httpx2.Request]]:
    """A service that gives these answers one after the other, and the requests it got."""
    left: Iterator[Answer] = iter(answers)
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
    names = {name: f"http://{name}" for name in ("plans", "review", "notify")}
    return Transport(http, names, lambda: "token"), seen


def busy() -> httpx2.Response:
    return httpx2.Response(503, json={"code": "engine.down"})


async def test_a_busy_service_is_asked_again_with_the_same_key() -> None:
    way, seen = service(busy(), busy(), httpx2.Response(200, json=MOVED))
    moved = await Client(way, "p001").move(Move.APPROVE, "acme:2026-03:p002:sales", 3)
    assert moved.version == 4
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 1
    assert {request.headers["If-Match"] for request in seen} == {'"3"'}
    assert {request.headers["Authorization"] for request in seen} == {"Bearer token"}


async def test_a_pending_command_is_followed_until_it_is_settled() -> None:
    pending = httpx2.Response(202, headers={"Location": "/v1/commands/key"}, json={})
    again = httpx2.Response(202, headers={"Location": "/v1/commands/key"}, json={})
    way, seen = service(pending, again, httpx2.Response(200, json=MOVED))
    moved = await Client(way, "p001").move(Move.APPROVE, "acme:2026-03:p002:sales", 3)
    assert moved.stage == "tracking"
    assert [str(request.url) for request in seen[1:]] == ["http://review/v1/commands/key"] * 2


async def test_a_refusal_carries_its_code_and_its_words() -> None:
    problem = {"code": "version.stale", "title": "Stale", "detail": "Read it again."}
    way, _ = service(httpx2.Response(412, json=problem))
    with pytest.raises(Refusal, match="Read it again") as caught:
        await way.ask("GET", "plans", "/plans")
    assert (caught.value.code, caught.value.status) == ("version.stale", 412)


async def test_an_answer_that_is_no_problem_document_is_a_refusal_too() -> None:
    way, _ = service(httpx2.Response(500, text="oops"))
    with pytest.raises(Refusal, match="oops"):
        await way.ask("GET", "plans", "/plans")


async def test_a_read_whose_answer_was_lost_is_repeated() -> None:
    way, seen = service(httpx2.ReadError("gone"), httpx2.Response(200, json={}))
    await way.ask("GET", "plans", "/plans")
    assert len(seen) == 2


async def test_a_request_that_may_have_had_its_effect_is_not_repeated_without_a_key() -> None:
    way, seen = service(httpx2.ReadError("gone"), httpx2.Response(200, json={}))
    with pytest.raises(Unanswered, match="gone"):
        await way.ask("POST", "plans", "/months/2026-03/open")
    assert len(seen) == 1


async def test_a_request_that_never_left_is_repeated() -> None:
    way, seen = service(httpx2.ConnectError("refused"), httpx2.Response(200, json={}))
    await way.ask("POST", "plans", "/months/2026-03/open")
    assert len(seen) == 2


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "PATIENCE", 0.0)
    way, _ = service(busy(), busy(), busy())
    with pytest.raises(Unanswered, match="still answers 503"):
        await way.ask("GET", "plans", "/plans")


async def test_all_pages_of_a_list_are_read() -> None:
    way, seen = service(
        httpx2.Response(200, json={"items": [{"reason": "one"}], "next": "more"}),
        httpx2.Response(200, json={"items": [{"reason": "two"}], "next": None}),
    )
    assert [message.reason for message in await Client(way, "p001").inbox()] == ["one", "two"]
    assert seen[1].url.params["cursor"] == "more"
