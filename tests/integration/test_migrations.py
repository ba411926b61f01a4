"""Every schema's migrations: what the stores declare, back and forth, each role fenced off."""

import importlib

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from monthline.registry import SERVICES
from shared.migrations.run import config_for, migrate, service_url
from tests.support.databases import SECRET


def declared(service: str) -> MetaData:
    tables = importlib.import_module(f"services.{service}.store.tables")
    found = next(value for value in vars(tables).values() if isinstance(value, MetaData))
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_give_the_tables_that_the_store_declares(owner_url: str, service: str) -> None:
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == service,
                "include_object": lambda _, name, kind, *__: (kind, name) != ("table", "alembic_version"),
            },
        )
        assert compare_metadata(context, declared(service)) == []
    engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_a_schema_goes_down_and_up_again_and_migrating_twice_changes_nothing(
    owner_url: str, service: str
) -> None:
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        config = config_for(service, connection)
        command.downgrade(config, "base")
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()
    for _ in range(2):
        migrate(owner_url, service, service_url(owner_url, service, SECRET))


def test_a_service_cannot_read_the_tables_of_another(owner_url: str) -> None:
    url = make_url(service_url(owner_url, "notify", SECRET)).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("select * from plans.outbox"))
    engine.dispose()
