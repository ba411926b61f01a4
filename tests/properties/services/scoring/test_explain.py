"""A score proves itself from its own export and says its arithmetic in both languages."""

import json
from typing import Any

from hypothesis import given, settings

from services.scoring.domain.explain import ScoreExport, differences, read_export, recompute
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from shared.contracts.plan import ClosedPlan
from tests.properties.services.scoring.test_score import plans

POLICY = ScoringPolicy(version=3)


def export_of(plan: ClosedPlan) -> ScoreExport:
    labels = {each.id: each.label for each in plan.categories}
    return ScoreExport(score=score_plan(plan, POLICY), policy=POLICY, labels=labels)


def document(export: ScoreExport) -> Any:
    return json.loads(export.model_dump_json())


@settings(max_examples=30, deadline=None)
@given(plans())
def test_a_score_read_back_from_its_json_recomputes_to_itself(plan: ClosedPlan) -> None:
    export = read_export(document(export_of(plan)))
    assert recompute(export) == export.score
    assert differences(export) == ()
