"""Values of the contracts as rows of the directory's tables, and back."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts.values import Value
from shared.store.db import Connection

Kind = TypeVar("Kind", bound=Value)


async def read(connection: Connection, chosen: Select[Any], kind: type[Kind]) -> list[Kind]:
    """The chosen rows as values."""
    return [kind.deserialize(row._mapping) for row in await connection.execute(chosen)]


async def write(connection: Connection, table: Table, values: Sequence[Value]) -> None:
    """Insert the values, or put them in the place of the rows with their ids, in one statement."""
    statement = upsert(table).values([_row(table, value) for value in values])
    rest = [column.name for column in table.columns if not column.primary_key]
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: statement.excluded[name] for name in rest},
        )
    )


def _row(table: Table, value: Value) -> dict[str, Any]:
    as_json = set(_json_columns(table))
    return value.model_dump(exclude=as_json) | value.model_dump(mode="json", include=as_json)


def _json_columns(table: Table) -> Iterable[str]:
    return (column.name for column in table.columns if isinstance(column.type, JSONB))
