"""What a record of a metric's value changes: nothing twice, corrections traced, bad rows refused."""

from decimal import Decimal

from services.scoring.domain.metrics import Kept, Metric, MetricRecord, RecordOutcome, Settled, settle
from shared.contracts.values import Text

RATE = Metric(id="rate", name=Text(zh="回款率", en="Collection rate"), unit="%", owner="sales", source="erp")
SCRAP = Metric(id="scrap", name=Text(zh="废品率", en="Scrap rate"), unit="%", owner="plant", source="mes")
METRICS = {each.id: each for each in (RATE, SCRAP)}


def record(
    value: str = "95",
    month: str = "2026-03",
    id: str = "r1",
    *,
    metric: str = "rate",
    revision: int | None = None,
) -> MetricRecord:
    return MetricRecord(
        metric=metric, month=month, value=Decimal(value), source="erp", record_id=id, revision=revision
    )


def take(*records: MetricRecord, kept: tuple[Kept, ...] = ()) -> list[Settled]:
    return settle(records, METRICS, kept, lambda metric: metric.owner == "sales")


def outcomes(*records: MetricRecord, kept: tuple[Kept, ...] = ()) -> list[str]:
    return [each.code or each.outcome for each in take(*records, kept=kept)]


def test_a_new_record_is_kept_as_version_1() -> None:
    assert take(record()) == [Settled(RecordOutcome.RECORDED, Kept(record(), 1))]


def test_the_same_record_twice_changes_nothing() -> None:
    assert outcomes(record(), record()) == ["recorded", "unchanged"]
    assert outcomes(record("95.0"), kept=(Kept(record("95"), 4),)) == ["unchanged"]


def test_a_correction_supersedes_with_the_next_version() -> None:
    (result,) = take(record("96"), kept=(Kept(record("95"), 4),))
    assert result == Settled(RecordOutcome.CORRECTED, Kept(record("96"), 5))


def test_months_come_in_any_order() -> None:
    april, march = record(month="2026-04", id="r2"), record(month="2026-03", id="r1")
    assert outcomes(april, march) == ["recorded", "recorded"]


def test_an_older_revision_that_comes_late_changes_nothing() -> None:
    kept = (Kept(record("96", revision=2), 1),)
    assert outcomes(record("95", revision=1), kept=kept) == ["outdated"]


def test_a_newer_revision_of_the_same_value_keeps_older_ones_out() -> None:
    again, late = record("95", revision=3), record("97", revision=2)
    assert outcomes(again, late, kept=(Kept(record("95", revision=1), 1),)) == ["corrected", "outdated"]


def test_the_same_revision_with_another_value_is_a_correction() -> None:
    assert outcomes(record("96", revision=2), kept=(Kept(record(revision=2), 1),)) == ["corrected"]


def test_a_metric_that_is_not_defined_is_refused_and_the_rest_kept() -> None:
    assert outcomes(record(metric="gone"), record()) == ["reference.unknown", "recorded"]


def test_a_metric_of_a_department_out_of_scope_is_refused_and_the_rest_kept() -> None:
    assert outcomes(record(metric="scrap"), record()) == ["auth.forbidden", "recorded"]


def test_a_record_cannot_move_to_another_month_or_metric() -> None:
    assert outcomes(record(), record(month="2026-04")) == ["recorded", "record.other_month"]
    both = {**METRICS, "scrap": SCRAP.model_copy(update={"owner": "sales"})}
    results = settle([record(), record(metric="scrap")], both, (), lambda _: True)
    assert results[1].code == "record.other_month"


def test_a_second_record_does_not_take_the_month_of_another() -> None:
    assert outcomes(record(id="r1"), record("80", id="r2")) == ["recorded", "record.month_taken"]


def test_a_refused_record_leaves_the_next_ones_as_they_were() -> None:
    assert outcomes(record(), record("80", id="r2"), record("96")) == [
        "recorded",
        "record.month_taken",
        "corrected",
    ]
