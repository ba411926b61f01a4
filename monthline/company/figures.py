"""How metrics.csv and metric_values.csv become business metrics and their monthly values."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from monthline.company.problems import UNKNOWN, Problem
from monthline.company.sheets import Sheet, check_unique, read_sheet
from monthline.company.tables import Columns, Row
from monthline.company.wording import build
from services.scoring.domain.metrics import Metric, MetricRecord
from shared.locale.catalogue import sentence

METRICS = Columns(("id", "name_zh", "name_en", "unit", "owner", "source"), ("direction",))
VALUES = Columns(("metric", "month", "value", "record_id"), ("source", "revision"))


@dataclass(frozen=True)
class Figures:
    """The metrics and what they were, month by month."""

    metrics: Sheet[Metric] = field(default_factory=Sheet)
    records: Sheet[MetricRecord] = field(default_factory=Sheet)


def read_figures(files: Mapping[str, bytes], departments: Container[str], found: list[Problem]) -> Figures:
    """The figures; everything that is wrong with them is added to ``found``."""
    metrics = read_sheet("metrics.csv", files, METRICS, _metric, found)
    sources = {metric.id: metric.source for metric in metrics.values}
    records = read_sheet("metric_values.csv", files, VALUES, partial(_record, sources=sources), found)
    check_unique(metrics.rows, "id", found=found)
    check_unique(records.rows, "metric", "month", found=found)
    check_unique(records.rows, "record_id", found=found, key=lambda row: _source(row, sources))
    found += _unknown(metrics.entries, "owner", departments)
    found += _unknown(records.entries, "metric", metrics.known)
    return Figures(metrics, records)


def _metric(row: Row, found: list[Problem]) -> Metric | None:
    fields = row.fields("id", "unit", "direction", "owner", "source") | row.both("name")
    return build(Metric, fields, row, found)


def _record(row: Row, found: list[Problem], sources: Mapping[str, str]) -> MetricRecord | None:
    """One value; who names no source has it from the metric's."""
    fields = row.fields(*VALUES.required, *VALUES.optional) | {"source": _source(row, sources)}
    return build(MetricRecord, fields, row, found)


def _source(row: Row, sources: Mapping[str, str]) -> str:
    # The value of a metric that is not known has some source; only the metric is what is wrong with it.
    return row.cells.get("source") or sources.get(row.cells.get("metric", ""), "unknown")


def _unknown(
    entries: tuple[tuple[Row, Metric], ...] | tuple[tuple[Row, MetricRecord], ...],
    column: str,
    known: Container[str],
) -> Iterator[Problem]:
    what = "department" if column == "owner" else "metric"
    for row, _ in entries:
        name = row.cells[column]
        if name not in known:
            yield Problem(row.place((column,)), UNKNOWN, sentence(f"company.unknown.{what}", name=name))
