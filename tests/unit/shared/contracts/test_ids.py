"""The identity of a plan: a person, month and department, and a number where there are several."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts.ids import PlanId, PlanRef, parse_plan_id

PLAN_ID: TypeAdapter[str] = TypeAdapter(PlanId)


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
