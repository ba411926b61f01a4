"""S16: what is put into filters, cursors and paths reaches no SQL, and no pattern takes long to say no."""

import base64
import importlib
import json
import pkgutil
import re
import time
from collections.abc import Iterator
from itertools import product
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import services
import shared
import workflows
from monthline.api_documents import FOLDER
from monthline.registry import SERVICES
from shared.store.db import Database
from tests.attacks.house import House
from tests.attacks.rights import RIGHTS
from tests.attacks.tokens import bearer

SQL = [
    "' or 1=1 --",
    "x'; drop table plan; --",
    "1 union select secret from notify.webhook",
    "a) or (1=1",
    "%",
    "_",
    "$1",
    ":name",
    "\\",
    "\x1f",
    "\x00",
    "'||pg_sleep(5)||'",
    "x" * 400,
]
PAGED = [
    ("directory", "/v1/people"),
    ("directory", "/v1/departments"),
    ("directory", "/v1/delegations"),
    ("directory", "/v1/absences"),
    ("plans", "/v1/plans"),
    ("plans", "/v1/templates"),
    ("review", "/v1/reviews?waiting=all"),
    ("scoring", "/v1/metrics"),
    ("scoring", "/v1/metrics/rate/values"),
    ("scoring", "/v1/scores"),
    ("notify", "/v1/inbox"),
    ("notify", "/v1/deliveries"),
    ("notify", "/v1/webhooks"),
]
EVERYWHERE = "hr_all"
ADMINS = {"/v1/webhooks": "admin", "/v1/metrics": "admin", "/v1/metrics/rate/values": "admin"}


def cursor(key: str) -> str:
    """A cursor as an earlier page would have given it, for a key of the attacker's choice."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def filters() -> Iterator[tuple[str, str, str]]:
    """Every query parameter of every read, from the committed documents."""
    for service in SERVICES:
        document = json.loads((FOLDER / f"{service}.openapi.json").read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for parameter in methods.get("get", {}).get("parameters", ()):
                if parameter["in"] == "query":
                    yield service, path, parameter["name"]


@pytest.mark.parametrize(("service", "path"), PAGED)
async def test_a_cursor_of_the_attackers_own_shows_nothing_and_breaks_nothing(
    house: House, service: str, path: str
) -> None:
    async with house.client(service, bearer(ADMINS.get(path, EVERYWHERE))) as client:
        tampered = [
            *map(cursor, [*SQL, "", "\x1f\x1f", "9" * 50, "-1", "0", "2026-01-01\x1f1"]),
            "!!",
            "a",
            "=",
        ]
        for value in tampered:
            answer = await client.get(path, params={"cursor": value})
            assert answer.status_code in (200, 422), (value, answer.text)
        for limit in (0, -1, 501, 10**20, "x", "1e3", "NaN"):
            answer = await client.get(path, params={"limit": limit})
            assert answer.status_code == 422, (limit, answer.text)


@pytest.mark.parametrize(("service", "path", "name"), list(filters()))
async def test_no_filter_breaks_or_shows_more_than_without_it(
    house: House, service: str, path: str, name: str
) -> None:
    rows = [row for key, row in RIGHTS[service].items() if key == f"GET {path}"]
    url = rows[0].path.partition("?")[0].format(plan="x", caller="x", near="2026-05", month="2026-05")
    async with house.client(service, bearer("admin")) as client:
        for value in SQL:
            answer = await client.get(url, params={name: value})
            assert answer.status_code in (200, 422), (value, answer.text)
            if answer.status_code == 200 and name != "cursor":
                assert answer.json().get("items", []) == []


@pytest.mark.parametrize("name", ["sort", "order", "order_by", "fields", "q", "search", "where", "columns"])
async def test_there_is_no_way_to_name_columns_or_an_order(house: House, name: str) -> None:
    async with house.client("plans", bearer("auditor")) as client:
        asked = await client.get("/v1/plans", params={name: "stage desc; select pg_sleep(9)"})
    assert (asked.status_code, asked.json()["errors"][0]["path"]) == (422, name)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_statement_runs_for_long_and_no_transaction_stays_idle(house: House, service: str) -> None:
    wanted = {
        "statement_timeout": "15s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
    }
    async with house.databases[service].transaction() as connection:
        for name, value in wanted.items():
            assert (await connection.execute(text(f"show {name}"))).scalar_one() == value


@pytest.mark.parametrize(
    ("one", "other"), [pair for pair in product(SERVICES, SERVICES) if pair[0] != pair[1]]
)
async def test_no_service_can_read_or_write_the_schema_of_another(house: House, one: str, other: str) -> None:
    for statement in (
        f"select 1 from {other}.outbox",
        f"delete from {other}.inbox",
        f"create table {other}.x ()",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with house.databases[one].transaction() as connection:
                await connection.execute(text(statement))


async def test_a_service_has_no_powers_over_the_server(pools: dict[str, Database]) -> None:
    async with pools["plans"].transaction() as connection:
        powers = (
            await connection.execute(
                text(
                    "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
                    " from pg_roles where rolname = current_user"
                )
            )
        ).one()
    assert not any(powers)


def modules() -> Iterator[ModuleType]:
    """Every module of ours but the processes' own."""
    for package in (shared, services, workflows):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.rpartition(".")[2].startswith("__main__") and ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that Python itself matches; those of request models are matched in linear time."""
    return {
        f"{module.__name__}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }


BOMBS = [
    "a" * 20_000 + "!",
    "0" * 20_000 + "x",
    "-" * 20_000,
    "a-" * 10_000 + "\n",
    " " * 20_000,
    "." * 20_000,
]


def test_no_pattern_of_ours_takes_long_to_refuse() -> None:
    found = patterns()
    assert len(found) >= 5
    for name, pattern in found.items():
        for bomb in BOMBS:
            begun = time.process_time()
            pattern.match(bomb)
            pattern.search(bomb)
            assert time.process_time() - begun < 0.5, (name, bomb[:5])
