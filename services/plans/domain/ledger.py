"""The ledger of moves: what one line says, and the chain of hashes that shows a changed line."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from hashlib import sha256

from pydantic import AwareDatetime

from shared.contracts.scoring import Points
from shared.contracts.values import Value
from shared.contracts.words import Move, Stage

FIRST = ""
"""What stands in the place of a previous hash in the first line of a plan."""


class LedgerLine(Value):
    """One move of one plan; ``version`` is the plan's after it, ``at`` the database's clock.

    ``score`` is that of a plan which has come to scored or to final.
    """

    plan_id: str
    version: int
    command_id: str
    move: Move
    actor: str
    on_behalf_of: str | None = None
    from_stage: Stage | None = None
    to_stage: Stage
    at: AwareDatetime
    note: str = ""
    score: Points | None = None


class ChainedLine(LedgerLine):
    """A line of the ledger with its place in the chain."""

    previous_hash: str
    hash: str

    @property
    def line(self) -> LedgerLine:
        """What the hash was made from, beside the previous hash."""
        return LedgerLine(**{name: getattr(self, name) for name in LedgerLine.model_fields})


def chain_hash(previous: str, line: LedgerLine) -> str:
    """SHA-256, in hex, over the previous line's hash and this line as JSON with sorted keys.

    Fields at their defaults are left out: a field that is added later changes no hash written before.
    """
    told = line.model_dump(mode="json", exclude_defaults=True)
    said = told | {"at": line.at.astimezone(UTC).isoformat(timespec="microseconds")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(f"{previous}\n{text}".encode()).hexdigest()


def chained(previous: str, line: LedgerLine) -> ChainedLine:
    """The line with its place in the chain after ``previous``."""
    return ChainedLine(**line.model_dump(), previous_hash=previous, hash=chain_hash(previous, line))


def first_broken(lines: Iterable[ChainedLine]) -> int | None:
    """The version of the first line that does not fit the chain of its plan; None when all do.

    ``lines`` are those of one plan in the order of their versions, which start at 1 without a gap.
    """
    previous = FIRST
    for expected, chained_line in enumerate(lines, start=1):
        fits = chained_line.version == expected and chained_line.previous_hash == previous
        if not fits or chained_line.hash != chain_hash(previous, chained_line.line):
            return chained_line.version
        previous = chained_line.hash
    return None


def first_wrong(lines: Sequence[ChainedLine], *, version: int, head: str) -> int | None:
    """As :func:`first_broken`, and the lines must end where the plan's own row says that they do.

    ``version`` and ``head`` are the row's: without them nobody would miss the last lines.
    """
    broken = first_broken(lines)
    if broken is not None:
        return broken
    last = lines[-1].hash if lines else FIRST
    if (len(lines), last) == (version, head):
        return None
    return len(lines) + 1 if len(lines) < version else version
