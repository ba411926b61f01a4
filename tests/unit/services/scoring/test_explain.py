"""A score proves itself from its own export and says its arithmetic in both languages."""

import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.scoring.domain.explain import ScoreExport, differences, read_export
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from services.scoring.domain.wording import sentences
from shared.contracts.plan import ClosedPlan
from shared.contracts.words import Direction, Language
from shared.locale.catalogue import text
from tests.unit.services.scoring.build import (
    ALL_OR_NOTHING,
    BINARY,
    actual,
    closed,
    count,
    item,
    metric,
    rule,
)

POLICY = ScoringPolicy(version=3)


def export_of(plan: ClosedPlan) -> ScoreExport:
    labels = {each.id: each.label for each in plan.categories}
    return ScoreExport(score=score_plan(plan, POLICY), policy=POLICY, labels=labels)


def document(export: ScoreExport) -> Any:
    return json.loads(export.model_dump_json())


PLAN = closed(
    [item("scrap", 60, "core", metric(3, 8, Direction.LOWER)), item("pilot", 40, "innovation", BINARY)],
    [actual("scrap", "5.5"), actual("pilot", 1)],
    [rule("core"), rule("innovation", ALL_OR_NOTHING)],
)


def test_a_changed_figure_shows_wherever_it_counts() -> None:
    told = document(export_of(PLAN))
    told["score"]["lines"][0]["items"][0]["actual"]["value"] = "3"
    assert [each.path for each in differences(read_export(told))] == [
        "band",
        "exact",
        "lines[0].completion",
        "lines[0].items[0].completion",
        "lines[0].items[0].points",
        "lines[0].items[0].raw",
        "lines[0].points",
        "total",
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("total", "70.01"), ("exact", "70.0001"), ("band", "good"), ("policy_version", 2)]
)
def test_a_changed_result_is_the_one_difference(field: str, value: object) -> None:
    told = document(export_of(PLAN))
    told["score"][field] = value
    (difference,) = differences(read_export(told))
    assert (difference.path, difference.exported) == (field, str(value))


def test_a_hidden_missing_figure_is_a_difference() -> None:
    told = document(export_of(closed([item("a", 100, measure=BINARY)], [])))
    told["score"]["provisional"] = []
    assert [each.path for each in differences(read_export(told))] == ["provisional[0]"]


def test_an_export_keeps_its_score_among_other_fields_of_an_answer() -> None:
    told = document(export_of(PLAN)) | {"version": 12, "answers": {}}
    assert read_export(told) == export_of(PLAN)


def test_a_document_without_a_score_is_refused() -> None:
    with pytest.raises(ValidationError):
        read_export({"version": 12})


def test_the_arithmetic_in_english() -> None:
    assert sentences(export_of(PLAN), Language.EN) == (
        "Core: share 60 × completion 50 % = 30 points",
        "  Item scrap: share 60, actual 5.5 (source progress:1), target 3 %, baseline 8, completion 50 %,"
        " 30 points",
        "Innovation: share 40 × completion 100 % = 40 points (all or nothing: every item must reach 100 %)",
        "  Item pilot: share 40, actual 1 (source progress:1), completion 100 %, 40 points",
        "Total: 30 + 40 = 70, within 0 and 100, rounded half up to 2 decimals: 70.00",
        "Band: Pass (from 60 points, compared before rounding)",
        "Formula version 1, policy version 3",
    )


def test_the_arithmetic_in_chinese() -> None:
    lines = sentences(export_of(PLAN), Language.ZH)
    assert lines[0] == "core（中）：占比 60 × 完成率 50% = 30 分"
    assert lines[-3] == "合计：30 + 40 = 70，限于 0 至 100，四舍五入到两位小数：70.00"
    assert lines[-2] == "等级：合格（60 分起，按四舍五入前的分数比较）"


@pytest.mark.parametrize("language", list(Language))
def test_a_missing_figure_is_said_at_its_item_and_at_the_end(language: Language) -> None:
    export = export_of(closed([item("a", 100, measure=BINARY)], []))
    lines = sentences(export, language)
    assert text("score.remark.no_figure", language) in lines[1]
    assert lines[-1] == text("score.reason.no_figure", language, what="a")


def test_worse_than_the_baseline_is_said() -> None:
    plan = closed([item("a", 100, measure=metric(3, 8, Direction.LOWER))], [actual("a", 9)])
    assert "worse than the baseline, counts 0" in sentences(export_of(plan), Language.EN)[1]


def test_a_capped_item_tells_what_it_reached() -> None:
    plan = closed([item("a", 100, measure=count(10))], [actual("a", 13)])
    assert "(130 %, capped at 100 %)" in sentences(export_of(plan), Language.EN)[1]


def test_the_band_of_89_995_is_told_as_the_lower_one() -> None:
    plan = closed([item("a", 100, measure=count(100))], [actual("a", "89.995")])
    assert sentences(export_of(plan), Language.EN)[-2].startswith("Band: Good")


def test_a_category_without_a_label_goes_by_its_code() -> None:
    export = export_of(PLAN).model_copy(update={"labels": {}})
    assert sentences(export, Language.EN)[0].startswith("core: ")


def test_a_policy_whose_numbers_changed_is_caught() -> None:
    policy = ScoringPolicy(version=3, cap=Decimal(65))
    export = export_of(PLAN).model_copy(update={"policy": policy})
    assert [each.path for each in differences(export)] == ["total"]
