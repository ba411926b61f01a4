"""One schema of PostgreSQL: its connections and its transactions."""

import asyncio
import re
from collections import ChainMap
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Delete,
    ExceptionContext,
    Insert,
    MetaData,
    Update,
    event,
    func,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from shared.contracts.refusals import StoreDown

Connection = AsyncConnection
AFTER_COMMIT = "after_commit"
OF_VALUES = "22"
"""The class of errors about a value, whose first sentence repeats it."""

LOST_SERVER: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server that vanishes is noticed within 25 s; by default a statement waits two hours for it."""

APPEND_ONLY: Final = "append-only"
"""The comment of a table whose rows are never changed: its service is granted no change of them."""

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata_for(schema: str) -> MetaData:
    """The metadata of a service's schema, with names that migrations can rely on."""
    return MetaData(schema=schema, naming_convention=NAMES)


def _lost(error: DBAPIError) -> bool:
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))


def _without_values(context: ExceptionContext) -> None:
    """Leave of what PostgreSQL says the sentence that names the rule: its details repeat whole rows."""
    original = context.original_exception
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    if not primary:
        return
    state = getattr(original, "sqlstate", None) or ""
    told = re.sub(r'".*"', '"…"', primary, flags=re.DOTALL) if state.startswith(OF_VALUES) else primary
    original.args = (told,)
    if context.sqlalchemy_exception is not None:
        kind = type(original)
        context.sqlalchemy_exception.args = (f"({kind.__module__}.{kind.__qualname__}) {told}",)


@contextmanager
def _named() -> Iterator[None]:
    """Give the troubles of a connection the name of a refusal."""
    try:
        yield
    except DBAPIError as error:
        if not _lost(error):
            raise
        raise StoreDown(retry_after=2) from error
    except PoolTimeout as error:
        raise StoreDown(retry_after=2) from error


class Database:
    """A pool of connections that opens nothing before its first transaction."""

    def __init__(self, url: str, *, pool: int = 10, name: str = "monthline") -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            # What people type, and webhooks' secrets, stay out of the errors that are logged.
            hide_parameters=True,
            # The connection used last has its statements prepared.
            pool_use_lifo=True,
            pool_recycle=1800,
            # Without it an INSERT … ON CONFLICT DO NOTHING does not say whether it inserted.
            execution_options={"preserve_rowcount": True},
            connect_args={
                "application_name": name,
                "connect_timeout": 5,
                **LOST_SERVER,
                "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c timezone=UTC"
                " -c idle_in_transaction_session_timeout=60000",
            },
        )

        event.listen(self._engine.sync_engine, "handle_error", _without_values)
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def address(self) -> str:
        """Where the server is, without secrets."""
        return f"{self.url.host}:{self.url.port or 5432}/{self.url.database}"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction, committed when the block ends and rolled back when it raises.

        Raises:
            StoreDown: the server cannot be reached or the connection was lost.
        """
        with _named():
            async with self._engine.begin() as connection:
                due = _noting(connection)
                yield connection
        for call in due:
            call()

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Connection]:
        """A connection on which each statement is a transaction of its own.

        It spares the round trips of BEGIN and COMMIT: for reading, and for a write of one statement.

        Raises:
            StoreDown: the server cannot be reached or the connection was lost.
        """
        with _named():
            async with self._autocommit.connect() as connection:
                due = _noting(connection)
                yield connection
        for call in due:
            call()

    async def check(self) -> None:
        """Ask the server for a sign of life; raises StoreDown."""
        try:
            async with asyncio.timeout(3), self.autocommit() as connection:
                await connection.execute(text("select 1"))
        except TimeoutError as error:
            raise StoreDown(retry_after=2) from error

    async def schema_version(self, schema: str) -> str | None:
        """The version of a schema; None when there is no such schema, or none that this role may read."""
        table = f"{schema}.alembic_version"
        async with asyncio.timeout(3), self.transaction() as connection:
            if (await connection.execute(select(func.to_regclass(table)))).scalar_one() is None:
                return None
            found = await connection.execute(text(f'select version_num from "{schema}".alembic_version'))
            version: str | None = found.scalar_one_or_none()
            return version

    def pool_use(self) -> tuple[int, int]:
        """How many connections are in use, and how many may be."""
        pool = self._engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout(), pool.size()

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()


def _noting(connection: Connection) -> list[Callable[[], None]]:
    due: list[Callable[[], None]] = []
    connection.info[AFTER_COMMIT] = due
    return due


def after_commit(connection: Connection, call: Callable[[], None]) -> None:
    """Have ``call`` made when the transaction of ``connection`` has been committed, and only then."""
    connection.info[AFTER_COMMIT].append(call)


@dataclass(frozen=True)
class Change:
    """A change whose statement is always the same, and what it is given this time."""

    statement: Insert | Update | Delete
    given: Mapping[str, Any]


async def together(connection: Connection, **changes: Insert | Update | Delete | Change) -> Mapping[str, int]:
    """Carry out named changes in one statement, one round trip; how many rows each has touched.

    They run on one snapshot: none sees what another writes, and no two may change the same row.
    """
    given = [change.given for change in changes.values() if isinstance(change, Change)]
    statements = {
        name: change.statement if isinstance(change, Change) else change for name, change in changes.items()
    }
    parts = {name: each.returning(literal_column("1")).cte(name) for name, each in statements.items()}
    counts = [
        select(func.count()).select_from(part).scalar_subquery().label(name) for name, part in parts.items()
    ]
    row = (await connection.execute(select(*counts), dict(ChainMap(*map(dict, given))))).one()
    return dict(row._mapping)


async def now(connection: Connection) -> datetime:
    """The database's clock at the start of the transaction: the judge of who was first."""
    instant: datetime = (await connection.execute(select(func.now()))).scalar_one()
    return instant
