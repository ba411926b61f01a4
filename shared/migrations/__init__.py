"""Schema migrations: one alembic environment per service schema, and the tables all schemas share."""
