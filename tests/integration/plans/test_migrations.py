"""The migrations of the plan service make the tables that its store speaks of."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from services.plans.store.tables import METADATA, SCHEMA


def test_what_was_migrated_is_what_the_store_declares(owner_url: str) -> None:
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
            "include_object": lambda _, name, kind, *__: (kind, name) != ("table", "alembic_version"),
            "compare_server_default": False,
        }
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    engine.dispose()
    assert differences == []
