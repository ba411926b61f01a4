"""Bringing a schema to its newest version: role, schema, migrations and grants, as the database's owner."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, MetaData, create_engine, make_url, text

from shared.base.diagnosis import Unfit
from shared.store.db import APPEND_ONLY

ROOT = Path(__file__).parents[2]
MAY_MIGRATE = """
select current_user as role, current_database() as database, rolsuper or rolcreaterole as roles,
    has_database_privilege(current_database(), 'CREATE') as schemas
from pg_roles where rolname = current_user
"""


def service_url(owner_url: str, service: str, secret: str) -> str:
    """The DSN of a service's own login role beside the owner's, with a password made from ``secret``."""
    password = hmac.new(secret.encode(), service.encode(), hashlib.sha256).hexdigest()
    url = make_url(owner_url).set(username=f"monthline_{service}", password=password)
    return url.render_as_string(hide_password=False)


def config_for(service: str, connection: Connection, metadata: MetaData | None = None) -> Config:
    """The alembic configuration of a service's schema over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    versions = ROOT / "services" / service / "migrations" / "versions"
    config.set_main_option("version_locations", str(versions))
    config.attributes.update(schema=service, connection=connection, metadata=metadata)
    return config


def migrate(owner_url: str, service: str, role_url: str) -> None:
    """Create the service's role and schema when absent, migrate the schema, and grant the role its tables."""
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            # Two deployments' migration jobs must not interleave.
            connection.execute(text("select pg_advisory_lock(7246601)"))
            _ensure_role(connection, make_url(role_url))
            connection.execute(text(f'create schema if not exists "{service}"'))
            connection.commit()
            command.upgrade(config_for(service, connection), "head")
            _grant(connection, service, make_url(role_url).username or "")
            connection.execute(text("select pg_advisory_unlock(7246601)"))
            connection.commit()
    finally:
        engine.dispose()


def versions(owner_url: str, service: str) -> tuple[str | None, str | None]:
    """The version a schema has (None when it is absent), and the newest one of this program."""
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table_schema": service})
            newest = ScriptDirectory.from_config(config_for(service, connection)).get_current_head()
            return context.get_current_revision(), newest
    finally:
        engine.dispose()


def look(owner_url: str, services: Iterable[str]) -> None:
    """Whether the schemas of these services can be migrated there; nothing is changed.

    Raises:
        Unfit: a schema is newer than this program, or this role may not make roles and schemas.
    """
    for service in services:
        have, newest = versions(owner_url, service)
        if have is not None and newest is not None and have > newest:
            raise Unfit(
                f"schema {service} is at {have} and this program knows none after {newest}",
                "migrate with the newer program that made it; an older one can run on it",
            )
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            may = connection.execute(text(MAY_MIGRATE)).one()
    finally:
        engine.dispose()
    if not (may.roles and may.schemas):
        raise Unfit(
            f"the role {may.role} may not create {'schemas' if may.roles else 'roles'} in {may.database}",
            "let it: alter role … createrole; grant create on database …; or correct DATABASE_URL",
        )


def _ensure_role(connection: Connection, role: URL) -> None:
    name = role.username or ""
    known = connection.execute(text("select 1 from pg_roles where rolname = :name"), {"name": name}).scalar()
    verb = "alter" if known else "create"
    # Role statements take no bind parameters; format() with %I and %L quotes both safely.
    statement = connection.execute(
        text(
            f"select format('{verb} role %I login password %L', cast(:name as text), cast(:password as text))"
        ),
        {"name": name, "password": role.password or ""},
    ).scalar_one()
    connection.execute(text(statement.replace(":", r"\:")))


def _grant(connection: Connection, schema: str, role: str) -> None:
    closed = [
        f'revoke update, delete, truncate on "{schema}"."{table}" from "{role}"'
        for table in _append_only(connection, schema)
    ]
    for statement in (
        f'grant usage on schema "{schema}" to "{role}"',
        f'grant select, insert, update, delete on all tables in schema "{schema}" to "{role}"',
        f'revoke insert, update, delete on "{schema}".alembic_version from "{role}"',
        *closed,
        f'grant usage on all sequences in schema "{schema}" to "{role}"',
    ):
        connection.execute(text(statement))


def _append_only(connection: Connection, schema: str) -> Sequence[str]:
    """The tables that their comment calls append-only."""
    marked = text(
        "select relname from pg_class where relnamespace = to_regnamespace(:schema) and relkind = 'r'"
        " and obj_description(oid, 'pg_class') = :mark order by relname"
    )
    found = connection.execute(marked, {"schema": f'"{schema}"', "mark": APPEND_ONLY})
    return found.scalars().all()
