"""Rules on measures: every item that must be measured can be."""

from shared.contracts.plan import MilestonesMeasure, PlanContent
from shared.contracts.words import Severity
from tests.unit.services.plans.build import DONE_OR_NOT, GOOD, category, item, stages, template
from tests.unit.services.plans.lint.running import FREE, found, only


def test_an_item_without_a_measure_is_marked_only_where_one_is_asked_for() -> None:
    asked = template([category("core", measure_required=True), category("routine")])
    content = PlanContent(items=(item("a", "core", "75", None), item("b", "routine", "25", None)))
    finding = only(found("measure.missing", content, asked))
    assert (finding.path, finding.severity) == ("items[0].measure", Severity.BLOCK)
    assert finding.parameters == {"item": "a", "title": "work a", "lacks": "measure"}


def test_done_or_not_done_is_a_measure() -> None:
    asked = template([category("core", measure_required=True)])
    assert found("measure.missing", PlanContent(items=(item("a", "core", "100", DONE_OR_NOT),)), asked) == []


def test_a_measure_by_milestones_needs_milestones_in_every_category() -> None:
    content = PlanContent(
        items=(stages("a", "test"), item("b", "routine", "30", MilestonesMeasure()), item("c", "core", "30"))
    )
    assert only(found("measure.missing", content, FREE)).path == "items[1].milestones"


def test_a_plan_with_measures_passes() -> None:
    assert found("measure.missing", GOOD) == []
