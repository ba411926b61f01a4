"""The migrations of scoring make the tables that its store declares."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from services.scoring.store.tables import METADATA, SCHEMA


def test_the_migrated_schema_is_the_declared_one(owner_url: str) -> None:
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
        "version_table_schema": SCHEMA,
    }
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    engine.dispose()
    assert found == []
