"""Rules on shares: the total, the bounds of a category, routine work."""

import pytest

from shared.contracts.words import Severity
from tests.unit.services.plans.build import GOOD, category, plan, template
from tests.unit.services.plans.lint.running import FREE, found, only


@pytest.mark.parametrize(
    ("shares", "marked"),
    [
        (("100",), False),
        (("33.33", "33.33", "33.33"), False),
        (("50", "50.01"), False),
        (("50", "49.989"), True),
        (("50", "50.011"), True),
        (("50",), True),
        ((), True),
        (("0",), True),
    ],
)
def test_shares_must_sum_to_100_within_a_hundredth(shares: tuple[str, ...], marked: bool) -> None:
    assert bool(found("share.total", plan(*(("core", share) for share in shares)), FREE)) is marked


def test_a_wrong_total_says_what_is_missing() -> None:
    finding = only(found("share.total", plan(("core", "90.5")), FREE))
    assert (finding.severity, finding.path) == (Severity.BLOCK, "items")
    assert finding.parameters == {"total": "90.5", "gap": "9.5"}


@pytest.mark.parametrize(("core", "marked"), [("30", True), ("39.999", True), ("40", False), ("45", False)])
def test_core_below_its_minimum_is_marked_and_at_it_passes(core: str, marked: bool) -> None:
    content = plan(("core", core), ("weak", "20"), ("innovation", "15"))
    assert bool(found("share.category_min", content)) is marked


def test_a_category_below_its_minimum_is_named_with_its_numbers() -> None:
    finding = only(found("share.category_min", plan(("core", "30"), ("weak", "70"))))
    assert (finding.path, finding.severity) == ("categories.core.share", Severity.BLOCK)
    assert finding.parameters == {
        "category": "core",
        "label_zh": "核心任务",
        "label_en": "Core work",
        "share": "30",
        "minimum": "40",
    }


def test_the_items_of_a_category_count_together() -> None:
    content = plan(("core", "15"), ("weak", "60"), ("core", "25"))
    assert found("share.category_min", content) == []


@pytest.mark.parametrize(("share", "marked"), [("20", False), ("20.001", True)])
def test_a_category_above_its_maximum_is_marked_and_at_it_passes(share: str, marked: bool) -> None:
    by = template([category("core"), category("weak", share_max=20)])
    findings = found("share.category_max", plan(("core", "80"), ("weak", share)), by)
    assert [(one.path, one.severity) for one in findings] == [
        ("categories.weak.share", Severity.BLOCK)
    ] * marked


@pytest.mark.parametrize(
    ("thirds", "code"),
    [
        ("6.66", "share.category_min"),
        ("6.663", "share.category_min"),
        ("6.667", None),
        ("6.67", None),
        ("6.68", "share.category_max"),
    ],
)
def test_a_category_fixed_at_one_share_meets_it_within_a_hundredth(thirds: str, code: str | None) -> None:
    by = template([category("core"), category("weak", share_min=20, share_max=20)])
    content = plan(("core", "80"), *[("weak", thirds)] * 3)
    both = ("share.category_min", "share.category_max")
    assert [one for one in both if found(one, content, by)] == ([code] if code else [])


@pytest.mark.parametrize(("routine", "marked"), [("30.00", False), ("30.01", True)])
def test_routine_passes_at_its_limit_and_is_marked_above_it(routine: str, marked: bool) -> None:
    assert bool(found("share.routine", plan(("core", "70"), ("routine", routine)), FREE)) is marked


def test_too_much_routine_warns() -> None:
    finding = only(found("share.routine", plan(("core", "60"), ("routine", "40")), FREE))
    assert (finding.severity, finding.path) == (Severity.WARN, "categories.routine.share")


def test_the_routine_limit_is_the_template_s() -> None:
    by = template(FREE.categories, routine_limit=40)
    assert found("share.routine", plan(("core", "60"), ("routine", "40")), by) == []


@pytest.mark.parametrize("code", ["share.total", "share.category_min", "share.category_max", "share.routine"])
def test_a_plan_that_keeps_to_its_template_passes(code: str) -> None:
    assert found(code, GOOD) == []
