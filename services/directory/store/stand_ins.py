"""Delegations and absences in the database: read, listed and changed, every change with its event."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select, true

from services.directory.store.rows import read, write
from services.directory.store.tables import OUTBOX, absences, delegations, people
from shared.contracts.events import AbsenceChanged, DelegationChanged
from shared.contracts.organisation import Absence, Delegation
from shared.org.access import Visibility
from shared.store.db import Connection


async def current_delegations(connection: Connection, at: datetime) -> list[Delegation]:
    """The delegations that are not revoked and have not ended by ``at``."""
    chosen = select(delegations).where(~delegations.c.revoked, delegations.c.end > at)
    return await read(connection, chosen, Delegation)


async def current_absences(connection: Connection, day: date) -> list[Absence]:
    """The absences that are not revoked and have not ended before ``day``."""
    chosen = select(absences).where(~absences.c.revoked, absences.c.last >= day)
    return await read(connection, chosen, Absence)


async def delegation(connection: Connection, id: str, *, to_change: bool = False) -> Delegation | None:
    """One delegation, revoked or not; None when unknown. ``to_change`` keeps others from changing it."""
    found = await read(connection, _one(delegations, id, to_change), Delegation)
    return found[0] if found else None


async def absence(connection: Connection, id: str, *, to_change: bool = False) -> Absence | None:
    """One absence, revoked or not; None when unknown. ``to_change`` keeps others from changing it."""
    found = await read(connection, _one(absences, id, to_change), Absence)
    return found[0] if found else None


def _one(table: Table, id: str, to_change: bool) -> Select[Any]:
    chosen = select(table).where(table.c.id == id)
    return chosen.with_for_update() if to_change else chosen


async def page_of_delegations(
    connection: Connection, visible: Visibility, *, me: str, after: str, limit: int, of: str | None = None
) -> list[Delegation]:
    """Delegations of givers that are visible, and those to ``me``, by id; ``of`` names giver or taker."""
    mine = or_(_visible(delegations.c.giver, visible), delegations.c.taker == me)
    chosen = select(delegations).where(delegations.c.id > after, mine).order_by(delegations.c.id).limit(limit)
    if of is not None:
        chosen = chosen.where(or_(delegations.c.giver == of, delegations.c.taker == of))
    return await read(connection, chosen, Delegation)


async def page_of_absences(
    connection: Connection, visible: Visibility, *, after: str, limit: int, of: str | None = None
) -> list[Absence]:
    """Absences of people that are visible, by id; ``of`` names one person."""
    chosen = (
        select(absences)
        .where(absences.c.id > after, _visible(absences.c.person, visible))
        .order_by(absences.c.id)
        .limit(limit)
    )
    if of is not None:
        chosen = chosen.where(absences.c.person == of)
    return await read(connection, chosen, Absence)


def _visible(person: ColumnElement[Any], visible: Visibility) -> ColumnElement[bool]:
    if visible.everything:
        return true()
    members = select(people.c.id).where(people.c.department.in_(visible.departments))
    return or_(person.in_(visible.people), person.in_(members))


async def save_delegation(connection: Connection, entry: Delegation) -> None:
    """Write a delegation as it is now, and tell it."""
    await write(connection, delegations, [entry])
    await OUTBOX.tell(connection, DelegationChanged(delegation=entry))


async def save_absence(connection: Connection, entry: Absence) -> None:
    """Write an absence as it is now, and tell it."""
    await write(connection, absences, [entry])
    await OUTBOX.tell(connection, AbsenceChanged(absence=entry))
