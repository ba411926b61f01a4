"""S13: who asks too often waits; everybody else is served."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from shared.base.settings import Settings
from shared.contracts.refusals import TooOften
from shared.org.organisation import Organisation
from shared.web.authentication import Authenticator
from shared.web.http import Caller, create_app
from shared.web.rate_limits import BURST, Buckets, RateLimits
from shared.web.serving import server
from tests.attacks.company import ORGANISATION
from tests.attacks.tokens import Reader, bearer, token


class Clock:
    """A clock that goes when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    clock = Clock()
    bucket = Buckets(2, clock=clock)
    assert [bucket.take("a") for _ in range(2 * BURST)] == [0] * 2 * BURST
    assert bucket.take("a") == 1
    assert bucket.take("b") == 0
    clock.now += 0.5
    assert (bucket.take("a"), bucket.take("a")) == (0, 1)
    clock.now += 3600
    assert [bucket.take("a") for _ in range(2 * BURST + 1)] == [0] * 2 * BURST + [1]


def test_a_slow_bucket_says_how_long_to_wait() -> None:
    clock = Clock()
    bucket = Buckets(0.1, clock=clock)
    assert (bucket.take("a"), bucket.take("a")) == (0, 10)
    clock.now += 9.5
    assert bucket.take("a") == 1


def test_without_a_rate_nothing_is_counted() -> None:
    bucket = Buckets(0)
    assert [bucket.take("a") for _ in range(1000)] == [0] * 1000
    assert not bucket._levels


def test_the_buckets_of_many_keys_stay_few() -> None:
    bucket = Buckets(1, most=100)
    for number in range(1000):
        bucket.take(str(number))
    assert len(bucket._levels) == 100


def bounded(rates: RateLimits) -> FastAPI:
    """A small application whose door has these bounds."""

    async def organisation() -> Organisation:
        return ORGANISATION

    app = create_app("bounded", authenticator=Authenticator(Reader(), organisation, (), rates), checks={})

    @app.post("/v1/plans/{plan_id}/move")
    @app.get("/v1/plans/{plan_id}")
    async def touch(caller: Caller, plan_id: str) -> str:
        return caller.id

    return app


async def statuses(app: Any, *asked: tuple[str, str], address: str = "10.0.0.1", **headers: str) -> list[int]:
    """The statuses of requests, one after the other, each a method and a path."""
    transport = httpx2.ASGITransport(app=app, client=(address, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        return [(await client.request(method, path)).status_code for method, path in asked]


READ, MOVE, OTHER = ("GET", "/v1/plans/a"), ("POST", "/v1/plans/a/move"), ("POST", "/v1/plans/b/move")


async def test_a_person_who_floods_waits_and_nobody_else() -> None:
    app = bounded(RateLimits.of(person=1, plan=0, sign_in=0))
    flood = await statuses(app, *[READ] * (BURST + 3), **bearer("author"))
    assert flood == [200] * BURST + [429] * 3
    assert await statuses(app, READ, **bearer("author", jti="another token")) == [429]
    assert await statuses(app, READ, **bearer("leader")) == [200]


async def test_who_floods_a_plan_waits_there_and_nobody_else_does() -> None:
    app = bounded(RateLimits.of(person=0, plan=1, sign_in=0))
    flood = await statuses(app, *[MOVE] * (BURST + 1), **bearer("author"))
    assert flood == [200] * BURST + [429]
    assert await statuses(app, MOVE, OTHER, READ, **bearer("author")) == [429, 200, 200]
    assert await statuses(app, MOVE, OTHER, READ, **bearer("leader")) == [200, 200, 200]


def test_ids_of_any_length_take_little_to_remember() -> None:
    rates = RateLimits.of(person=0, plan=1, sign_in=0)
    for _ in range(BURST):
        rates.admit_change("author", "x" * 60_000)
    with pytest.raises(TooOften):
        rates.admit_change("author", "x" * 60_000 + "y")


async def test_who_does_not_work_here_uses_up_nothing_of_a_plan() -> None:
    app = bounded(RateLimits.of(person=0, plan=1, sign_in=0))
    assert set(await statuses(app, *[MOVE] * (BURST + 3), **bearer("nobody"))) == {403}
    assert await statuses(app, MOVE, **bearer("author")) == [200]


async def test_the_answer_says_when_to_come_back_in_the_callers_language() -> None:
    app = bounded(RateLimits.of(person=0.01, plan=0, sign_in=0))
    transport = httpx2.ASGITransport(app=app)
    headers = bearer("author") | {"Accept-Language": "zh-CN"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        await client.get("/v1/plans/a")
        refused = await client.get("/v1/plans/a")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate.exceeded")
    assert refused.headers["Retry-After"] == str(refused.json()["retry_after"]) == "100"
    assert refused.json()["title"] == "请求过于频繁"


async def test_bad_tokens_are_bounded_by_address_and_keep_no_good_one_out() -> None:
    app = bounded(RateLimits.of(person=0, plan=0, sign_in=1))
    forged = {"Authorization": f"Bearer {token('author', iss='https://evil.example')}"}
    flood = await statuses(app, *[READ] * (BURST + 2), **forged)
    assert flood == [401] * BURST + [429] * 2
    assert await statuses(app, READ, address="10.0.0.2", **forged) == [401]
    assert await statuses(app, READ, **bearer("leader")) == [200]


async def test_requests_without_a_token_use_up_nothing() -> None:
    app = bounded(RateLimits.of(person=0, plan=0, sign_in=1))
    assert set(await statuses(app, *[READ] * (BURST + 3))) == {401}
    forged = {"Authorization": f"Bearer {token('author', iss='https://evil.example')}"}
    assert await statuses(app, READ, **forged) == [401]


def behind_a_proxy(app: FastAPI, trusted: str) -> Any:
    """The application as a process serves it."""
    config = server(app, "127.0.0.1", 0, behind=trusted).config
    config.load()
    return config.loaded_app


async def test_behind_a_proxy_that_is_named_bad_tokens_stop_their_sender_alone() -> None:
    app = behind_a_proxy(bounded(RateLimits.of(person=0, plan=0, sign_in=1)), "10.0.0.0/24")
    evil = {"Authorization": "Bearer x", "X-Forwarded-For": "198.51.100.9"}
    assert await statuses(app, *[READ] * (BURST + 1), **evil) == [401] * BURST + [429]
    other = {"Authorization": "Bearer x", "X-Forwarded-For": "203.0.113.5"}
    assert await statuses(app, READ, **other) == [401]


async def test_who_is_no_proxy_cannot_choose_an_address() -> None:
    app = behind_a_proxy(bounded(RateLimits.of(person=0, plan=0, sign_in=1)), "10.9.0.0/24")
    flood = [
        await statuses(app, READ, **{"Authorization": "Bearer x", "X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(BURST + 1)
    ]
    assert flood == [[401]] * BURST + [[429]]


def test_the_shipped_bounds_let_a_busy_office_work() -> None:
    shipped = {name: field.default for name, field in Settings.model_fields.items() if "rate" in name}
    clock = Clock()
    people = Buckets(shipped["rate_per_person"], clock=clock)
    plans = Buckets(shipped["rate_per_plan"], clock=clock)
    for number in range(50 * 60):
        clock.now += 1 / 50
        assert people.take("the only reviewer") == 0
        assert plans.take(f"plan {number % 50}") == 0
