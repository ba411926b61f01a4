"""What a business metric is, and what a record of its value changes (domain section 13)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.plan import Unit
from shared.contracts.values import STORABLE, Code, Month, Quantity, Text, Value
from shared.contracts.words import Direction

RecordId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=STORABLE)
]


class Metric(Value):
    """A business metric: ``owner`` is the department that answers for it, ``source`` where it is from."""

    id: Code
    name: Text
    unit: Unit
    direction: Direction = Direction.HIGHER
    owner: Code
    source: Code


class MetricRecord(Value):
    """A metric's value of a month as its source has it, under the source's ``record_id``.

    ``revision`` is the source's own count of corrections, when it keeps one; without it the record
    that arrives last counts.
    """

    metric: Code
    month: Month
    value: Quantity
    source: Code
    record_id: RecordId
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class RecordOutcome(StrEnum):
    """What a record did."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    REFUSED = "refused"


@dataclass(frozen=True)
class Kept:
    """A record that is kept, and the version it has: 1 at first, one more with every correction."""

    record: MetricRecord
    version: int


@dataclass(frozen=True)
class Settled:
    """What became of one record; ``kept`` is the value that holds now, ``code`` why it was refused."""

    outcome: RecordOutcome
    kept: Kept | None = None
    code: str = ""


UNKNOWN_METRIC = "reference.unknown"
FORBIDDEN = "auth.forbidden"
OTHER_MONTH = "record.other_month"
MONTH_TAKEN = "record.month_taken"


def settle(
    records: Sequence[MetricRecord],
    metrics: Mapping[str, Metric],
    kept: Sequence[Kept],
    writable: Callable[[Metric], bool],
) -> list[Settled]:
    """What each record does, one after the other; ``kept`` are the newest values they may touch."""
    by_month = {(each.record.metric, each.record.month): each for each in kept}
    by_record = {(each.record.source, each.record.record_id): each for each in kept}
    settled = []
    for record in records:
        result = _settle(record, metrics.get(record.metric), by_month, by_record, writable)
        if result.kept and result.outcome in (RecordOutcome.RECORDED, RecordOutcome.CORRECTED):
            by_month[record.metric, record.month] = result.kept
            by_record[record.source, record.record_id] = result.kept
        settled.append(result)
    return settled


def _settle(
    record: MetricRecord,
    metric: Metric | None,
    by_month: Mapping[tuple[str, str], Kept],
    by_record: Mapping[tuple[str, str], Kept],
    writable: Callable[[Metric], bool],
) -> Settled:
    if metric is None:
        return Settled(RecordOutcome.REFUSED, code=UNKNOWN_METRIC)
    if not writable(metric):
        return Settled(RecordOutcome.REFUSED, code=FORBIDDEN)
    same_record = by_record.get((record.source, record.record_id))
    same_month = by_month.get((record.metric, record.month))
    if same_record is not None and same_record is not same_month:
        return Settled(RecordOutcome.REFUSED, code=OTHER_MONTH)
    if same_record is None and same_month is not None:
        return Settled(RecordOutcome.REFUSED, same_month, MONTH_TAKEN)
    return _against(record, same_record)


def _against(record: MetricRecord, before: Kept | None) -> Settled:
    if before is None:
        return Settled(RecordOutcome.RECORDED, Kept(record, 1))
    order = _order(record, before.record)
    if order < 0:
        return Settled(RecordOutcome.OUTDATED, before)
    if order == 0 and record.value == before.record.value:
        return Settled(RecordOutcome.UNCHANGED, before)
    return Settled(RecordOutcome.CORRECTED, Kept(record, before.version + 1))


def _order(record: MetricRecord, before: MetricRecord) -> int:
    """Below 0 when the source says that ``record`` is the older one, above 0 the newer."""
    if record.revision is None or before.revision is None:
        return 0
    return record.revision - before.revision
