"""Which progress entries are taken, and what they say together."""

from datetime import date
from decimal import Decimal

import pytest

from services.plans.domain.progress import problems, report, standings
from shared.contracts.plan import ItemMilestone, PlanContent, ProgressEntry
from tests.unit.services.plans.build import (
    COUNT,
    DONE_OR_NOT,
    SALES,
    entry,
    item,
    reported,
    stages,
)

LAUNCH = ItemMilestone(id="launch", title="launch", due=date(2026, 3, 20))
CONTENT = PlanContent(
    items=(
        item("metric", "core", "30", milestones=(LAUNCH,)),
        item("count", "core", "20", COUNT),
        item("binary", "innovation", "10", DONE_OR_NOT),
        item("free", "routine", "10", None),
        stages("stages", "design", "test"),
    )
)


def codes(*entries: ProgressEntry, today: date | None = None) -> list[tuple[str, str]]:
    """What is wrong, and where."""
    return [(one.code, one.path) for one in problems(CONTENT, entries, "2026-03", today)]


@pytest.mark.parametrize(
    "good",
    [
        entry("metric", "-12.5"),
        entry("metric", "1", milestone="launch"),
        entry("count", "0"),
        entry("count", "1.5"),
        entry("binary", "0"),
        entry("binary", "1.0"),
        entry("free", "1"),
        entry("stages", "1", milestone="test"),
        entry("stages", "0", milestone="test"),
    ],
)
def test_an_entry_in_the_unit_of_its_item_is_taken(good: ProgressEntry) -> None:
    assert codes(good) == []


@pytest.mark.parametrize(
    ("bad", "code", "path"),
    [
        (entry("other", "1"), "progress.unknown_item", "item"),
        (entry("count", "-1"), "progress.negative", "value"),
        (entry("binary", "0.5"), "progress.not_done_or_open", "value"),
        (entry("free", "2"), "progress.not_done_or_open", "value"),
        (entry("stages", "1"), "progress.milestone_needed", "milestone"),
        (entry("stages", "1", milestone="launch"), "progress.unknown_milestone", "milestone"),
        (entry("stages", "3", milestone="test"), "progress.not_done_or_open", "value"),
        (entry("metric", "7", milestone="launch"), "progress.not_done_or_open", "value"),
        (entry("count", "1", milestone="launch"), "progress.unknown_milestone", "milestone"),
    ],
)
def test_an_entry_that_does_not_fit_its_item_is_named_with_its_field(
    bad: ProgressEntry, code: str, path: str
) -> None:
    assert (code, f"entries[0].{path}") in codes(bad)


@pytest.mark.parametrize(
    ("effective", "taken"),
    [
        (date(2026, 1, 31), False),
        (date(2026, 2, 1), True),
        (date(2026, 4, 30), True),
        (date(2026, 5, 1), False),
    ],
)
def test_an_entry_is_effective_near_the_month_of_its_plan(effective: date, taken: bool) -> None:
    found = codes(entry("count", "1").model_copy(update={"effective": effective}))
    assert (found == []) is taken


@pytest.mark.parametrize(
    ("effective", "found"),
    [
        (date(2026, 3, 12), []),
        (date(2026, 3, 13), [("progress.not_yet", "entries[0].effective")]),
        (date(2026, 4, 30), [("progress.not_yet", "entries[0].effective")]),
        (date(2026, 5, 1), [("progress.wrong_month", "entries[0].effective")]),
    ],
)
def test_an_entry_is_effective_today_at_the_latest(effective: date, found: list[tuple[str, str]]) -> None:
    given = entry("count", "1").model_copy(update={"effective": effective})
    assert codes(given, today=date(2026, 3, 12)) == found


def test_everything_wrong_in_a_batch_is_named_at_once() -> None:
    assert codes(entry("other", "1"), entry("count", "1"), entry("binary", "3")) == [
        ("progress.unknown_item", "entries[0].item"),
        ("progress.not_done_or_open", "entries[2].value"),
    ]


def test_the_entry_effective_last_counts_whenever_it_was_entered() -> None:
    stand = standings([reported(1, "count", "2", day=20), reported(2, "count", "1", day=10)])
    latest = stand["count"].latest
    assert latest is not None
    assert latest.number == 1
    assert stand["count"].entries == 2


def test_of_one_day_the_entry_made_last_counts() -> None:
    latest = standings([reported(2, "count", "2"), reported(1, "count", "1")])["count"].latest
    assert latest is not None
    assert latest.number == 2


def test_a_milestone_that_was_taken_back_is_not_done() -> None:
    stand = standings(
        [
            reported(1, "stages", "1", 5, "design"),
            reported(2, "stages", "1", 6, "test"),
            reported(3, "stages", "0", 7, "test"),
        ]
    )
    assert stand["stages"].milestones == {"design"}


def test_a_milestone_of_a_metric_item_is_not_its_value() -> None:
    stand = standings([reported(1, "metric", "80", 5), reported(2, "metric", "1", 6, "launch")])
    latest = stand["metric"].latest
    assert latest is not None
    assert latest.entry.value == 80


def test_the_report_counts_items_and_shares_that_were_reported_on() -> None:
    found = report(CONTENT, SALES, [reported(1, "count", "1"), reported(2, "free", "1")])
    assert [(one.category, one.items, one.items_reported, one.share_reported) for one in found] == [
        ("core", 3, 1, Decimal(20)),
        ("innovation", 1, 0, Decimal(0)),
        ("routine", 1, 1, Decimal(10)),
    ]


def test_the_report_shows_the_newest_value_beside_its_target() -> None:
    found = report(CONTENT, SALES, [reported(1, "count", "1"), reported(2, "stages", "1", 5, "test")])
    lines = {line.item: line for category in found for line in category.lines}
    assert (lines["count"].value, lines["count"].target, lines["count"].unit) == (
        Decimal(1),
        Decimal(2),
        "trainings",
    )
    assert (lines["stages"].milestones_done, lines["stages"].milestones) == (("test",), 2)
    assert (lines["metric"].value, lines["metric"].entries) == (None, 0)
