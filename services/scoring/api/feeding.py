"""Business metrics and their values: defined, fed and corrected, row by row."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ValidationError

from services.scoring.api.shapes import MetricBody, RecordsBody, RecordsReport, RowError, RowResult, ValueView
from services.scoring.domain.metrics import (
    FORBIDDEN,
    MONTH_TAKEN,
    OTHER_MONTH,
    UNKNOWN_METRIC,
    Kept,
    Metric,
    MetricRecord,
    RecordOutcome,
    Settled,
    settle,
)
from services.scoring.store import metrics
from services.scoring.store.metrics import ValueRow, ValuesWanted
from services.scoring.store.tables import OUTBOX
from shared.contracts.events import MetricRecorded
from shared.contracts.refusals import Forbidden, Invalid, NotFound, Unknown, field_error
from shared.contracts.values import Code
from shared.contracts.words import Language, Role
from shared.locale.catalogue import text
from shared.locale.problems import translated
from shared.org.access import Action, Principal, may
from shared.org.copy import OrgCache
from shared.store.db import Connection, Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, CallerLanguage, DryRun, invalid
from shared.web.paging import Page, PageWanted, cursor_refused

PATIENCE = 2.0
"""Seconds given to news of the directory that is on its way before a department counts as unknown."""

MetricId = Annotated[Code, Path()]
WHY = {
    UNKNOWN_METRIC: ("metric", "field.metric.unknown"),
    FORBIDDEN: ("metric", "field.metric.forbidden"),
    OTHER_MONTH: ("record_id", "field.record.mismatch"),
    MONTH_TAKEN: ("record_id", "field.record.month_taken"),
}
"""Of a record that is refused: the field, and the text that says why."""


class Feeding:
    """What data stewards do, and what HR reads of it."""

    def __init__(self, database: Database, org: OrgCache) -> None:
        self._database = database
        self._org = org

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["metrics"])
        router.add_api_route("/metrics", self.metrics, openapi_extra=refuses(Forbidden))
        router.add_api_route(
            "/metrics/values", self.record, methods=["POST"], openapi_extra=refuses(Forbidden)
        )
        router.add_api_route(
            "/metrics/{metric}", self.define, methods=["PUT"], openapi_extra=refuses(Forbidden, Unknown)
        )
        router.add_api_route("/metrics/{metric}/values", self.values, openapi_extra=refuses(Forbidden))
        return router

    async def metrics(self, caller: Caller, paging: PageWanted) -> Page[Metric]:
        """List the metrics that are defined."""
        _require_reader(caller)
        after = paging.after[0] if paging.after else ""
        async with self._database.transaction() as connection:
            found = await metrics.page(connection, after=after, limit=paging.limit + 1)
        return paging.page(found, lambda metric: (metric.id,))

    async def define(
        self, caller: Caller, metric: MetricId, body: MetricBody, dry_run: DryRun = False
    ) -> Metric:
        """Define a metric, or change its definition. Its values stay as they are."""
        defined = _defined(metric, body)
        _require_writer(caller, defined)
        await self._require_department(defined.owner, 0 if dry_run else PATIENCE)
        async with self._database.transaction() as connection:
            before = (await metrics.find(connection, [metric])).get(metric)
            if before is not None:
                _require_writer(caller, before)
            if not dry_run:
                await metrics.define(connection, defined, caller.id)
        return defined

    async def record(
        self, caller: Caller, body: RecordsBody, language: CallerLanguage, dry_run: DryRun = False
    ) -> RecordsReport:
        """Record values of metrics. Wrong rows are refused one by one with reasons, the others are kept.

        With ``dry_run`` nothing is kept, and the report gives the result that each row would have.
        """
        if not may(caller, Action.FEED_METRICS):
            raise _needs_steward()
        rows = [_read(row, language) for row in body.records]
        valid = [row for row in rows if isinstance(row, MetricRecord)]
        async with self._database.transaction() as connection:
            settled = iter(await _take(connection, caller, valid, keep=not dry_run))
        results = [
            _result(number, next(settled), language)
            if isinstance(row, MetricRecord)
            else RowResult(row=number, outcome=RecordOutcome.REFUSED, errors=row)
            for number, row in enumerate(rows)
        ]
        counted = Counter(result.outcome for result in results)
        return RecordsReport(**{outcome.value: counted[outcome] for outcome in RecordOutcome}, rows=results)

    async def values(
        self, caller: Caller, metric: MetricId, paging: PageWanted, history: Annotated[bool, Query()] = False
    ) -> Page[ValueView]:
        """The values of a metric by month. With ``history`` also the values that were corrected."""
        _require_reader(caller)
        wanted = ValuesWanted(metric, history, _place(paging.after), paging.limit + 1)
        async with self._database.transaction() as connection:
            if not await metrics.find(connection, [metric]):
                raise NotFound(what="metric")
            found = await metrics.values_of(connection, wanted)
        page = paging.page(found, lambda row: (row.record.month, str(row.version)))
        return Page(items=[_view(row) for row in page.items], next=page.next)

    async def _require_department(self, department: str, patience: float) -> None:
        """Raises Unknown for a department that the directory has not told within a moment either."""
        deadline = time.monotonic() + patience
        while (await self._org.get()).department(department) is None:
            if time.monotonic() >= deadline:
                raise Unknown(what="department", path="owner")
            await asyncio.sleep(0.1)


def _defined(metric: str, body: MetricBody) -> Metric:
    if body.id not in (None, metric):
        raise Invalid(errors=[field_error("id", "path", "field.path_differs")])
    return Metric.model_validate(body.model_dump() | {"id": metric})


def _needs_steward() -> Forbidden:
    return Forbidden(needs=f"{Role.DATA_STEWARD}, {Role.ADMIN}")


def _writable(caller: Principal, metric: Metric) -> bool:
    return caller.admin or caller.has(Role.DATA_STEWARD, metric.owner)


def _require_writer(caller: Principal, metric: Metric) -> None:
    if not may(caller, Action.FEED_METRICS) or not _writable(caller, metric):
        raise _needs_steward()


def _require_reader(caller: Principal) -> None:
    if not may(caller, Action.READ_METRICS):
        raise Forbidden(needs=f"{Role.HR}, {Role.DATA_STEWARD}, {Role.AUDITOR}, {Role.ADMIN}")


def _read(row: object, language: Language) -> MetricRecord | list[RowError]:
    try:
        return MetricRecord.model_validate(row)
    except ValidationError as error:
        return [RowError(**found) for found in translated(invalid(error.errors()), language)]


async def _take(
    connection: Connection, caller: Principal, records: Sequence[MetricRecord], *, keep: bool
) -> list[Settled]:
    """Judge the records against those on record, and with ``keep`` write down and tell what is new."""
    await metrics.one_at_a_time(connection)
    defined = await metrics.find(connection, {record.metric for record in records})
    before = await metrics.touched(connection, records)
    settled = settle(records, defined, before, lambda metric: _writable(caller, metric))
    news = [
        result.kept
        for result in settled
        if result.kept and result.outcome in (RecordOutcome.RECORDED, RecordOutcome.CORRECTED)
    ]
    if news and keep:
        await metrics.record(connection, news, caller.id)
        await OUTBOX.tell(connection, *(_recorded(kept) for kept in news))
    return settled


def _recorded(kept: Kept) -> MetricRecorded:
    record = kept.record
    return MetricRecorded(
        metric=record.metric,
        month=record.month,
        value=f"{record.value:f}",
        source=record.source,
        version=kept.version,
    )


def _result(number: int, settled: Settled, language: Language) -> RowResult:
    errors = []
    if settled.outcome is RecordOutcome.REFUSED:
        path, why = WHY[settled.code]
        errors = [RowError(path=path, code=settled.code, message=text(why, language))]
    version = settled.kept.version if settled.kept and not errors else None
    return RowResult(row=number, outcome=settled.outcome, version=version, errors=errors)


def _view(row: ValueRow) -> ValueView:
    record = row.record
    return ValueView(
        month=record.month,
        version=row.version,
        value=record.value,
        source=record.source,
        record_id=record.record_id,
        revision=record.revision,
        recorded_by=row.by,
        recorded_at=row.at,
    )


def _place(after: tuple[str, ...]) -> tuple[str, int] | None:
    if not after:
        return None
    if len(after) != 2 or not after[1].isdecimal() or len(after[1]) > 9:
        raise cursor_refused()
    return after[0], int(after[1])
