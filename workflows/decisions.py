"""A command that a lifecycle has accepted and not yet carried out."""

from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import Refusal
from shared.engine.temporal import as_failure


class Decision:
    """Notes the command; the lifecycle's ``run`` settles it, the update's handler returns its answer."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._moved: Moved | None = None
        self._refused: Refusal | None = None

    @property
    def settled(self) -> bool:
        """Whether the command has been carried out or refused."""
        return self._moved is not None or self._refused is not None

    def done(self, moved: Moved) -> None:
        """The command has been carried out."""
        self._moved = moved

    def refuse(self, refused: Refusal) -> None:
        """The command cannot be carried out after all."""
        self._refused = refused

    def answer(self) -> Moved:
        """What became of it; raises the refusal as a failure that Temporal carries to the caller."""
        if self._refused is not None:
            raise as_failure(self._refused)
        assert self._moved is not None
        return self._moved
