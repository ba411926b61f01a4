"""The identity of a plan: a person, month and department, and a number where there are several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.ids import PlanId, PlanRef, parse_plan_id, parse_workflow_id

CODES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True)
MONTHS = st.from_regex(r"20[0-9]{2}-(0[1-9]|1[0-2])", fullmatch=True)
REFS = st.builds(
    PlanRef, company=CODES, month=MONTHS, person=CODES, department=CODES, number=st.integers(1, 99)
)
PLAN_ID: TypeAdapter[str] = TypeAdapter(PlanId)


@given(REFS)
def test_an_id_names_exactly_one_plan(ref: PlanRef) -> None:
    assert parse_plan_id(ref.plan_id) == ref
    assert parse_workflow_id(ref.workflow_id) == ref
    assert PLAN_ID.validate_python(ref.plan_id) == ref.plan_id


def test_plans_of_two_departments_and_of_two_projects_have_different_ids() -> None:
    sales = PlanRef(company="acme", month="2026-03", person="p017", department="sales")
    others = (sales.model_copy(update={"department": "rnd"}), sales.model_copy(update={"number": 2}))
    assert [ref.plan_id for ref in (sales, *others)] == [
        "acme:2026-03:p017:sales",
        "acme:2026-03:p017:rnd",
        "acme:2026-03:p017:sales:2",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme:2026-03:p017",
        "acme:2026-13:p017:sales",
        "acme:2026-03:P017:sales",
        "acme:2026-03:p017:sales:1",
        "acme:2026-03:p017:sales:02",
        "acme:2026-03:p017:sales:100",
        "acme:2026-03:p017:sales:2:3",
        "acme:2026-03:p017:sales\n",
    ],
)
def test_any_other_text_is_refused_with_the_form_of_an_id(text: str) -> None:
    with pytest.raises(ValueError, match="company:YYYY-MM:person:department"):
        parse_plan_id(text)
    with pytest.raises(ValidationError):
        PLAN_ID.validate_python(text)
