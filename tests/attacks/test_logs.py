"""S11, S23: nothing that is sent to us begins a log record of its own, and no secret is in one."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator

import httpx2
import pytest
from _pytest.logging import LogCaptureHandler
from fastapi import FastAPI
from fastapi.exceptions import ResponseValidationError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monthline.registry import SERVICES
from shared.base import log
from shared.bus.envelope import Poison, opened
from shared.contracts.events import PersonChanged
from shared.contracts.refusals import NotSignedIn, StoreDown
from shared.contracts.words import Stage
from shared.store.db import Database
from tests.attacks.company import plan_in
from tests.attacks.house import House
from tests.attacks.rights import RIGHTS, SECRET
from tests.attacks.tokens import bearer, token

EVIL = [
    'a\n{"event": "forged", "level": "error"}',
    "a\r\nb",
    "a\x1b[2J\x1b[31mred",
    "a\u202etxt.exe",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "a\u200b\ufeff",
    "a\x00b",
    "a\ud800b",
    'a", "level": "critical',
]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the process writes to standard error, everything that has a level at all."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log.configure("attacked", format=getattr(request, "param", "json"), level="DEBUG")
    yield stream
    monkeypatch.undo()
    log.configure("tests", level="WARNING")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes pytest's own log handlers away: what they collect goes to other processes; surrogates cannot."""

    def keep_ours() -> None:
        ours = [one for one in logging.root.handlers if not isinstance(one, LogCaptureHandler)]
        monkeypatch.setattr(logging.root, "handlers", ours)

    return keep_ours


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("written", ["json", "console"], indirect=True)
def test_a_record_is_one_line_of_printable_characters(
    written: io.StringIO, alone: Callable[[], None], evil: str
) -> None:
    alone()
    log.get("attacked").warning("told", title=evil)
    log.get("attacked").warning(evil)
    logging.getLogger("third.party").warning("told %s", evil)
    lines = written.getvalue().splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("evil", EVIL)
def test_a_record_says_what_was_typed_and_by_whom_it_was_written(written: io.StringIO, evil: str) -> None:
    log.get("attacked").warning("told", title=evil)
    record = json.loads(written.getvalue())
    assert (record["event"], record["level"], record["service"]) == ("told", "warning", "attacked")
    assert record["title"].startswith("a")


@pytest.mark.parametrize("evil", EVIL)
def test_an_exception_that_speaks_in_lines_stays_in_its_record(
    written: io.StringIO, alone: Callable[[], None], evil: str
) -> None:
    alone()
    try:
        raise ValueError(evil)
    except ValueError:
        log.get("attacked").exception("failed")
    [line] = written.getvalue().splitlines()
    assert json.loads(line)["event"] == "failed"
    assert line.isprintable()


async def test_a_request_cannot_forge_a_record(house: House, written: io.StringIO) -> None:
    async with house.client("plans", bearer("author")) as client:
        await client.get("/v1/plans/acme%0A%7B%22event%22%3A%22forged%22%7D")
        await client.get("/v1/plans", headers={"traceparent": "00-\\n{}-x-01"})
    for line in written.getvalue().splitlines():
        assert json.loads(line)["event"] != "forged"


async def test_no_secret_is_in_the_logs_of_all_requests_at_the_least_level(
    house: House, written: io.StringIO
) -> None:
    tokens = [token(who) for who in ("admin", "author", "hr", "leader")]
    tokens.append(token("admin", iss="https://evil.example"))
    for service, rows in RIGHTS.items():
        for name, row in rows.items():
            for held in tokens:
                asked = row.request("admin", Stage.DRAFTING)
                headers = {"Authorization": f"Bearer {held}"} | asked.pop("headers", {})
                async with house.client(service, headers) as client:
                    await client.request(name.split(" ")[0], **asked)
    said = written.getvalue()
    assert not [held for held in tokens if held in said or held.rpartition(".")[2] in said]
    assert SECRET not in said
    for database in house.databases.values():
        assert str(database.url.password) not in said


@pytest.mark.parametrize("service", SERVICES)
async def test_an_error_of_the_database_shows_neither_what_was_sent_nor_the_password(
    house: House, written: io.StringIO, service: str
) -> None:
    secret = "whsec_very-private-words"
    try:
        async with house.databases[service].transaction() as connection:
            await connection.execute(text("select :said / 0 from nothing"), {"said": secret})
    except DBAPIError:
        log.get("attacked").exception("store.failed")
    said = written.getvalue()
    assert "store.failed" in said
    assert secret not in said
    assert str(house.databases[service].url.password) not in said


TYPED = "Wang Fang was ill"
KEPT = "create temp table kept (said text unique, share int check (share > 0)) on commit drop"
VIOLATIONS = [
    ("insert into kept values (:said, 1), (:said, 1)", "kept_said_key"),
    ("insert into kept values (:said, -1)", "kept_share_check"),
    ("select cast(:said as int)", "invalid input syntax"),
    ("select cast(:said as jsonb)", "invalid input syntax"),
    ("select cast(cast(:said as text) as varchar(3)) collate nowhere", "does not exist"),
]


@pytest.mark.parametrize(("statement", "named"), VIOLATIONS)
async def test_an_error_of_the_database_names_the_rule_and_not_what_broke_it(
    house: House, written: io.StringIO, statement: str, named: str
) -> None:
    with pytest.raises(DBAPIError) as failed:
        await violate(house.databases["notify"], statement)
    log.get("attacked").error("store.failed", exc_info=failed.value)
    log.get("attacked").error("store.failed", exc_info=ExceptionGroup("two", [failed.value, failed.value]))
    told = written.getvalue()
    assert named in told
    assert TYPED not in told
    assert TYPED not in f"{failed.value} {failed.value.orig}"


async def violate(database: Database, statement: str) -> None:
    """Carry out a statement with somebody's words over a table whose rules it breaks."""
    async with database.transaction() as connection:
        await connection.execute(text(KEPT))
        await connection.execute(text(statement), {"said": TYPED})


async def test_a_value_that_was_not_accepted_is_not_in_the_traceback(written: io.StringIO) -> None:
    answers = FastAPI()

    @answers.get("/", response_model=list[int])
    async def broken() -> object:
        return [TYPED]

    transport = httpx2.ASGITransport(app=answers)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        with pytest.raises(ResponseValidationError) as response:
            await client.get("/")
    with pytest.raises(ValidationError) as value:
        TypeAdapter(list[int]).validate_python([1, TYPED])
    for error in (response.value, value.value):
        log.get("attacked").error("failed", exc_info=error)
    told = written.getvalue()
    assert "1: int_parsing" in told
    assert "response.0: int_parsing" in told
    assert TYPED not in told


@pytest.mark.parametrize("data", [{"person": TYPED}, TYPED, [TYPED]])
def test_a_message_that_is_poison_is_described_by_the_places_that_are_wrong(data: object) -> None:
    subject = PersonChanged.subject()
    with pytest.raises(Poison) as poison:
        opened(subject, json.dumps({"type": subject, "id": "1", "data": data}).encode())
    assert TYPED not in str(poison.value)
    assert "ValidationError" in str(poison.value)


def test_a_traceback_shows_every_cause_once(written: io.StringIO) -> None:
    def fail() -> None:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise RuntimeError("second") from error

    try:
        fail()
    except RuntimeError as error:
        error.__cause__.__context__ = error  # type: ignore[union-attr]
        log.get("attacked").exception("failed")
    told = json.loads(written.getvalue())["exception"]
    assert told.count("Traceback (most recent call last):") == 2
    assert told.index("KeyError: 'first'") < told.index("direct cause") < told.index("RuntimeError: second")
    assert "in fail" in told


async def test_an_unreachable_database_is_named_without_its_password(written: io.StringIO) -> None:
    away = Database("postgresql://somebody:very-secret@127.0.0.1:1/nothing")
    with pytest.raises(StoreDown):
        await away.check()
    try:
        await away.check()
    except StoreDown:
        log.get("attacked").exception("store.down")
    await away.close()
    assert "very-secret" not in written.getvalue() + away.address


async def test_an_unexpected_error_answers_500_without_telling_what_broke(
    house: House, written: io.StringIO
) -> None:
    house.engine.trouble = RuntimeError("secret of the engine\nforged")
    path = f"/v1/plans/{plan_in(Stage.DRAFTING).plan_id}/submit"
    headers = bearer("author") | {"Idempotency-Key": "broken-0001", "If-Match": '"1"'}
    try:
        async with house.client("plans", headers) as client:
            answer = await client.post(path)
    finally:
        house.engine.trouble = None
    assert (answer.status_code, answer.json()["code"]) == (500, "http.status")
    assert "secret of the engine" not in answer.text
    assert "Traceback" not in answer.text
    assert any("http.unexpected" in line for line in written.getvalue().splitlines())


def test_a_refused_token_is_not_repeated_by_its_refusal() -> None:
    assert str(NotSignedIn(reason="invalid_token")) == "auth.required"
    assert not re.search(r"ey[A-Za-z0-9_-]+\.", repr(NotSignedIn(reason="invalid_token")))
