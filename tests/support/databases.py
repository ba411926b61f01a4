"""Migrated schemas for tests: each service as its own role, emptied between tests."""

from sqlalchemy import create_engine, make_url, text

from shared.db import Database
from shared.migrations.run import SERVICES, migrate, service_url

SECRET = "tests"


def migrate_all(owner_url: str) -> None:
    """Bring every schema to its newest version."""
    for service in SERVICES:
        migrate(owner_url, service, service_url(owner_url, service, SECRET))


def database_for(owner_url: str, service: str) -> Database:
    """A database as the service sees it."""
    return Database(service_url(owner_url, service, SECRET), name=f"test-{service}")


def empty(owner_url: str, *services: str) -> None:
    """Empty every table of the services' schemas, as the owner."""
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        for service in services:
            tables = connection.execute(
                text(
                    "select format('%I.%I', schemaname, tablename) from pg_tables"
                    " where schemaname = :schema and tablename <> 'alembic_version'"
                ),
                {"schema": service},
            ).scalars()
            names = ", ".join(tables)
            if names:
                connection.execute(text(f"truncate {names} restart identity cascade"))
    engine.dispose()
