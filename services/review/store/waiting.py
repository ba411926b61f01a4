"""The list of rounds that wait, in the order they are due, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true, tuple_

from services.review.domain.rounds import Round
from services.review.store.rounds import read
from services.review.store.tables import rounds
from shared.org.access import Visibility
from shared.store.db import Connection

CHUNK = 200


@dataclass(frozen=True)
class Place:
    """Where a page of the list ends: the due instant and id of its last round."""

    due: datetime
    id: int


async def waiting(
    connection: Connection,
    *,
    month: str | None,
    after: Place | None,
    among: Visibility | None,
    wanted: Callable[[Round], bool],
    limit: int,
    chunk: int = CHUNK,
) -> list[Round]:
    """The first ``limit`` waiting rounds after ``after`` that are ``wanted``.

    ``month`` and ``among`` (those that somebody sees) narrow them in the database; what only the
    organisation can tell is asked of each, chunk by chunk.
    """
    conditions = [rounds.c.closed_at.is_(None), _seen(among)]
    if month is not None:
        conditions.append(rounds.c.month == month)
    found: list[Round] = []
    while True:
        page = select(*rounds.c).where(*conditions, _beyond(after))
        rows = (await connection.execute(page.order_by(rounds.c.due, rounds.c.id).limit(chunk))).all()
        found += [round_ for round_ in map(read, rows) if wanted(round_)]
        if len(rows) < chunk or len(found) >= limit:
            return found[:limit]
        after = Place(rows[-1].due, rows[-1].id)


def _beyond(after: Place | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    return tuple_(rounds.c.due, rounds.c.id) > tuple_(after.due, after.id)


def _seen(among: Visibility | None) -> ColumnElement[bool]:
    """The row rights of ``among`` as a condition; None sets none."""
    if among is None or among.everything:
        return true()
    return or_(rounds.c.department.in_(sorted(among.departments)), rounds.c.author.in_(sorted(among.people)))
