"""The linter as a whole: every rule runs, on any plan, and the template sets the severities."""

from hypothesis import given
from hypothesis import strategies as st

from services.plans.domain.lint.linter import lint
from services.plans.domain.lint.rules import RULES
from tests.unit.services.plans.build import plan
from tests.unit.services.plans.lint.running import case


@given(st.lists(st.tuples(st.sampled_from(["core", "weak", "x"]), st.integers(0, 100)), max_size=8))
def test_any_plan_gets_findings_with_the_declared_parameters_that_point_into_it(
    lines: list[tuple[str, int]],
) -> None:
    for finding in lint(case(plan(*((kind, str(share)) for kind, share in lines)))):
        assert set(finding.parameters) == set(RULES[finding.code].parameters)
        if finding.path.startswith("items["):
            assert int(finding.path[len("items[") : finding.path.index("]")]) < len(lines)
