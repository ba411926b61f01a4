"""What changed between two revisions of a plan."""

from datetime import date
from decimal import Decimal

from services.review.domain.diff import Change, FieldChange, diff
from shared.contracts.plan import (
    CountMeasure,
    Item,
    ItemMilestone,
    Links,
    MetricMeasure,
    PlanContent,
    Resource,
)
from tests.unit.services.review.build import item


def content(*items: Item, note: str = "") -> PlanContent:
    return PlanContent(items=items, note=note)


def changed(path: str, before: object, after: object) -> FieldChange:
    return FieldChange.model_validate(
        {"path": path, "change": Change.CHANGED, "before": before, "after": after}
    )


def test_equal_contents_do_not_differ() -> None:
    assert diff(content(item("a")), content(item("a"))) == ()


def test_a_changed_field_is_named_with_both_its_values() -> None:
    assert diff(content(item("a", "30")), content(item("a", "45"))) == (changed("items.a.share", "30", "45"),)


def test_a_number_written_otherwise_has_not_changed() -> None:
    assert diff(content(item("a", "30")), content(item("a", "30.000"))) == ()


def test_an_added_item_is_shown_whole() -> None:
    (found,) = diff(content(item("a")), content(item("a"), item("b", "20")))
    assert (found.path, found.change, found.before) == ("items.b", Change.ADDED, None)
    assert isinstance(found.after, dict)
    assert (found.after["id"], found.after["share"]) == ("b", "20")


def test_a_removed_item_is_shown_whole() -> None:
    (found,) = diff(content(item("a"), item("b", "20")), content(item("a")))
    assert (found.path, found.change, found.after) == ("items.b", Change.REMOVED, None)
    assert isinstance(found.before, dict)
    assert found.before["title"] == "b"


def test_items_that_change_places_are_one_change_of_order() -> None:
    before, after = content(item("a"), item("b")), content(item("b"), item("a"))
    assert diff(before, after) == (changed("items", ["a", "b"], ["b", "a"]),)


def test_an_item_that_moves_down_because_another_came_has_not_changed_places() -> None:
    (found,) = diff(content(item("a"), item("b")), content(item("new"), item("a"), item("b")))
    assert found.path == "items.new"


def test_the_fields_of_a_measure_are_compared_one_by_one() -> None:
    old = MetricMeasure(target=Decimal(95), unit="%")
    before = content(item("a", measure=old))
    after = content(item("a", measure=old.model_copy(update={"target": Decimal(97)})))
    assert diff(before, after) == (changed("items.a.measure.target", "95", "97"),)


def test_a_measure_of_another_kind_is_one_change() -> None:
    before = content(item("a", measure=MetricMeasure(target=Decimal(3), unit="patents")))
    after = content(item("a", measure=CountMeasure(planned=Decimal(3), unit="patents")))
    (found,) = diff(before, after)
    assert (found.path, found.change) == ("items.a.measure", Change.CHANGED)


def test_a_measure_that_was_missing_is_a_change_from_nothing() -> None:
    before, after = content(item("a")), content(item("a", measure=CountMeasure(planned=Decimal(2), unit="x")))
    (found,) = diff(before, after)
    assert (found.path, found.change, found.before) == ("items.a.measure", Change.CHANGED, None)


def test_links_and_due_dates_are_compared_field_by_field() -> None:
    before = item("a")
    after = before.model_copy(update={"links": Links(kpi="revenue"), "due": date(2026, 3, 20)})
    assert set(diff(content(before), content(after))) >= {
        changed("items.a.links.kpi", None, "revenue"),
        changed("items.a.due", None, "2026-03-20"),
    }


def test_milestones_are_compared_by_id() -> None:
    first = ItemMilestone(id="test", title="Test", due=date(2026, 3, 10))
    later = first.model_copy(update={"due": date(2026, 3, 12)})
    before = item("a").model_copy(update={"milestones": (first,)})
    after = item("a").model_copy(update={"milestones": (later,)})
    assert diff(content(before), content(after)) == (
        changed("items.a.milestones.test.due", "2026-03-10", "2026-03-12"),
    )


def test_resources_have_no_ids_and_change_as_a_list() -> None:
    after = item("a").model_copy(update={"resources": (Resource(kind="money", text="Budget"),)})
    (found,) = diff(content(item("a")), content(after))
    assert (found.path, found.before) == ("items.a.resources", [])


def test_the_note_of_the_plan_is_a_field() -> None:
    assert diff(content(note="old"), content(note="new")) == (changed("note", "old", "new"),)
