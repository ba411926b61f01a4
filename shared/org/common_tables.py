"""The tables that every schema has: outbox, inbox, commands, and the copy of the organisation."""

from dataclasses import dataclass

from sqlalchemy import MetaData

from shared.org.copy import OrgCopy
from shared.store.commands import Commands
from shared.store.db import metadata_for
from shared.store.outbox import Outbox


@dataclass(frozen=True)
class Tables:
    """The tables that every service has in its own schema."""

    metadata: MetaData
    outbox: Outbox
    commands: Commands
    org: OrgCopy


def tables(schema: str) -> Tables:
    """Declare the common tables of a service's schema; a ``store`` adds its own to the metadata."""
    metadata = metadata_for(schema)
    return Tables(metadata, Outbox(metadata, schema), Commands(metadata), OrgCopy(metadata))
