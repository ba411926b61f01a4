"""The alembic environment of a service: its schema, its version table, a connection given by the caller."""

from alembic import context

config = context.config
schema = config.attributes["schema"]
connection = config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=config.attributes.get("metadata"),
    version_table_schema=schema,
    include_schemas=True,
    include_name=lambda name, kind, _: kind != "schema" or name == schema,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
