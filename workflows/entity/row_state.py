"""What a workflow knows of its subject's row: where it stands, its answers, whether it is ahead."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from shared.contracts.refusals import AlreadyDecided, StaleVersion
from shared.contracts.words import SYSTEM


class Answer(Protocol):
    """The move that a command has led to."""

    @property
    def move(self) -> StrEnum:
        """Which move it was."""

    @property
    def actor(self) -> str:
        """By whom it was made."""


StageT = TypeVar("StageT", bound=StrEnum)
AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True)
class Row(Generic[StageT, AnswerT]):
    """Where a subject stands, and the last move that brought it there."""

    stage: StageT
    version: int
    last: AnswerT | None = None

    def check_version(self, expected: int) -> None:
        """Compare the version that the sender of a command has seen with the row's.

        Raises:
            AlreadyDecided: a person has moved the subject from exactly that version.
            StaleVersion: it is any other version.
        """
        if expected == self.version:
            return
        last = self.last
        if last is not None and last.actor != SYSTEM and expected == self.version - 1:
            raise AlreadyDecided(move=last.move, actor=last.actor, stage=self.stage)
        raise StaleVersion(expected=expected, current=self.version, stage=self.stage)


class RowState(Generic[StageT, AnswerT]):
    """The row as the workflow knows it; the owner's database may be ahead of it."""

    def __init__(self) -> None:
        self._row: Row[StageT, AnswerT] | None = None
        self._answers: Mapping[str, AnswerT] = {}
        self._changing = False
        self.look_again = False

    @property
    def known(self) -> Row[StageT, AnswerT] | None:
        """The row; None before it was read for the first time."""
        return self._row

    @property
    def here(self) -> Row[StageT, AnswerT]:
        """The row, after it was read."""
        assert self._row is not None
        return self._row

    def adopt(self, row: Row[StageT, AnswerT], answers: Mapping[str, AnswerT]) -> bool:
        """Take over a row that was read, with the answers to its commands; False when it has not moved."""
        if self._row is not None and self._row.version == row.version:
            return False
        self._row, self._answers = row, answers
        return True

    def moved(self, stage: StageT, version: int, last: AnswerT) -> None:
        """Take over what the owner answered to a command."""
        self._row = Row(stage, version, last)

    def answered(self, command_id: str) -> AnswerT | None:
        """The answer that the row has kept of a command from before it was read."""
        return self._answers.get(command_id)

    def may_be_at(self, version: int) -> bool:
        """Whether the row may have reached a version of which the workflow has not heard yet."""
        return (self._changing or self.look_again) and version > self.here.version

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Owners are writing or being read; an owner that refuses a version as stale has another row."""
        self._changing = True
        try:
            yield
        except StaleVersion:
            self.look_again = True
            raise
        finally:
            self._changing = False
