"""Who writes a plan for a month."""

from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.planners import page
from shared.contracts.directory import ListPlanners
from shared.contracts.words import Role
from tests.unit.services.directory.build import person


@given(st.sets(st.integers(0, 60)), st.integers(1, 7))
def test_pages_together_name_every_planner_once_in_order(numbers: set[int], limit: int) -> None:
    people = [person(f"p{number:02}", "sales", Role.MANAGER) for number in numbers]
    seen: list[str] = []
    while True:
        after = seen[-1] if seen else ""
        found = page(people, ListPlanners(month="2026-03", after=after, limit=limit))
        assert found.total == len(people)
        assert len(found.planners) <= limit
        if not found.planners:
            break
        seen += [planner.person for planner in found.planners]
    assert seen == sorted(p.id for p in people)
