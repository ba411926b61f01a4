"""Migrated schemas for tests: each service as its own role, emptied between tests."""

from functools import cache

from sqlalchemy import Engine, create_engine, make_url, text

from monthline.registry import SERVICES
from shared.migrations.run import migrate, service_url
from shared.store.db import Database

SECRET = "tests"


def migrate_all(owner_url: str) -> None:
    """Bring every schema to its newest version."""
    for service in SERVICES:
        migrate(owner_url, service, service_url(owner_url, service, SECRET))


def database_for(owner_url: str, service: str) -> Database:
    """A database as the service sees it."""
    return Database(service_url(owner_url, service, SECRET), name=f"test-{service}")


@cache
def _owner(owner_url: str) -> Engine:
    return create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))


@cache
def _tables(owner_url: str, service: str) -> str:
    with _owner(owner_url).connect() as connection:
        found = connection.execute(
            text(
                "select format('%I.%I', schemaname, tablename) from pg_tables"
                " where schemaname = :schema and tablename <> 'alembic_version'"
            ),
            {"schema": service},
        )
        return ", ".join(found.scalars())


def empty(owner_url: str, *services: str) -> None:
    """Empty every table of the services' schemas, as the owner."""
    with _owner(owner_url).begin() as connection:
        for service in services:
            connection.execute(text(f"truncate {_tables(owner_url, service)} restart identity cascade"))


def close_owner(owner_url: str) -> None:
    """Give back the owner's connections."""
    _owner(owner_url).dispose()
    _tables.cache_clear()
