"""The rules of the organisation: every reference holds, the tree has no cycle, nothing comes twice."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.organisation import (
    Wanted,
    cycle_through,
    problems,
)
from shared.contracts.organisation import Department
from tests.unit.services.directory.build import department, register

trees = st.integers(1, 9).flatmap(
    lambda size: st.lists(
        st.none() | st.integers(0, size - 1).map(lambda n: f"d{n}"), min_size=size, max_size=size
    )
)


def as_departments(parents: list[str | None]) -> tuple[Department, ...]:
    return tuple(department(f"d{index}", parent) for index, parent in enumerate(parents))


@given(trees)
def test_a_tree_is_refused_exactly_when_some_department_cannot_reach_a_root(
    parents: list[str | None],
) -> None:
    above = {f"d{index}": parent for index, parent in enumerate(parents)}

    def reaches_a_root(start: str) -> bool:
        here: str | None = start
        for _ in range(len(parents) + 1):
            if here is None:
                return True
            here = above[here]
        return False

    refused = bool(problems(register(), Wanted(departments=as_departments(parents))))
    assert refused == (not all(map(reaches_a_root, above)))


@given(trees)
def test_a_named_cycle_follows_the_parents_and_ends_where_it_begins(parents: list[str | None]) -> None:
    tree = {entry.id: entry for entry in as_departments(parents)}
    for start in tree:
        walk = cycle_through(start, tree)
        assert not walk or walk[0] == walk[-1] == start
        assert all(tree[low].parent == high for low, high in pairwise(walk))
