"""The score as the ledger has it: the note of the move that entered ``scored``."""

from decimal import Decimal
from typing import Self

from shared.contracts.values import Value


class Scored(Value):
    """A plan's points and their band."""

    total: Decimal
    band: str

    @classmethod
    def noted(cls, note: str) -> Self | None:
        """The score in a note as the lifecycle writes it, ``92.5 excellent``; None in any other."""
        total, _, band = note.partition(" ")
        return cls(total=Decimal(total), band=band) if total and band else None
