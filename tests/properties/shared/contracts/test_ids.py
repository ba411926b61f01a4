"""The identity of a plan: a person, month and department, and a number where there are several."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

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
