"""The register of removals: what takes each protection out of a process, or out of the database."""

from collections.abc import Callable
from typing import Any

from faults.points import load

Remove = Callable[[str], None]
REMOVALS: dict[str, Remove] = {}
CONSTRAINTS = {
    "line-key": "alter table plans.ledger drop constraint uq_ledger_command_id",
    "message-key": "alter table notify.message drop constraint uq_message_recipient_reason",
}
"""What is taken out of the database as well, as its owner."""


def remove(name: str, module: str) -> None:
    """Take a protection out of this process, where it has it."""
    REMOVALS[name](module)


def removal(name: str) -> Callable[[Remove], Remove]:
    """Register how a protection is taken out."""

    def register(work: Remove) -> Remove:
        REMOVALS[name] = work
        return work

    return register


def replace(owner: str, name: str, new: object) -> None:
    """Put something else in the place of what ``owner`` calls by that name."""
    setattr(load(owner), name, new)


def nothing(*_: object, **__: object) -> None:
    """In the place of a check."""


async def none(*_: object, **__: object) -> None:
    """In the place of a look for what has been done before."""


def conflicts_ignored(table: str) -> None:
    """Have inserts into a table no longer step back before a row that is there."""
    insert = load("sqlalchemy.dialects.postgresql:Insert")
    original = insert.on_conflict_do_nothing

    def on_conflict_do_nothing(self: Any, *given: Any, **named: Any) -> object:
        return self if self.table.name == table else original(self, *given, **named)

    insert.on_conflict_do_nothing = on_conflict_do_nothing
