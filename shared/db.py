"""One schema of PostgreSQL: its connections and its transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import MetaData, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.contracts.refusals import StoreDown

Connection = AsyncConnection

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
            pool_recycle=1800,
            # Without it an INSERT … ON CONFLICT DO NOTHING does not say whether it inserted.
            execution_options={"preserve_rowcount": True},
            connect_args={
                "application_name": name,
                "connect_timeout": 5,
                "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c timezone=UTC"
                " -c idle_in_transaction_session_timeout=60000",
            },
        )

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
        try:
            async with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if not _lost(error):
                raise
            raise StoreDown(retry_after=2) from error
        except PoolTimeout as error:
            raise StoreDown(retry_after=2) from error

    async def check(self) -> None:
        """Ask the server for a sign of life; raises StoreDown."""
        try:
            async with asyncio.timeout(3), self.transaction() as connection:
                await connection.execute(text("select 1"))
        except TimeoutError as error:
            raise StoreDown(retry_after=2) from error

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()


async def now(connection: Connection) -> datetime:
    """The database's clock at the start of the transaction: the judge of who was first."""
    instant: datetime = (await connection.execute(select(func.now()))).scalar_one()
    return instant
