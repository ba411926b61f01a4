"""The score as the ledger has it: the note of the move that entered ``scored``."""

from typing import Self

from shared.contracts.values import Value


class Scored(Value):
    """A plan's points and their band."""

    total: str
    band: str

    @classmethod
    def noted(cls, note: str) -> Self | None:
        """The score in a note as the lifecycle writes it, ``92.5 excellent``; None in any other."""
        total, _, band = note.partition(" ")
        return cls(total=total, band=band) if total and band else None

    @property
    def parameters(self) -> dict[str, str]:
        """What a text says of it."""
        return {"score": self.total, "band": self.band}
