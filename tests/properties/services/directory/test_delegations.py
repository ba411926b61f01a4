"""The rules of delegation and absence."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.delegations import (
    DECIDED,
    LONGEST_CHAIN,
    problems,
)
from shared.contracts.organisation import Delegation
from shared.contracts.words import Milestone
from tests.unit.services.directory.build import delegation, department, may, person, register

PEOPLE = ("a", "b", "c", "d", "e")
KNOWN = register(
    department("root"),
    department("sales", "root"),
    department("east", "sales"),
    department("rd", "root"),
    *(person(id) for id in PEOPLE),
)


def found(wanted: Delegation, *given: Delegation) -> list[tuple[tuple[str | int, ...], str]]:
    return [(problem.path, problem.code) for problem in problems(KNOWN, given, wanted)]


wishes = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(1, 8),
        st.integers(1, 4),
        st.sets(st.sampled_from(sorted(DECIDED)), max_size=2),
        st.sets(st.sampled_from(["root", "sales", "east", "rd"]), max_size=2),
    ),
    max_size=14,
)


@given(wishes)
def test_accepted_delegations_never_chain_too_far_nor_come_back(
    wanted: list[tuple[str, str, int, int, set[Milestone], set[str]]],
) -> None:
    accepted: list[Delegation] = []
    for number, (giver, taker, start, length, steps, departments) in enumerate(wanted):
        wish = delegation(
            giver,
            taker,
            may(start),
            may(start + length),
            id=f"n{number}",
            steps=tuple(sorted(steps)),
            departments=tuple(sorted(departments)),
        )
        if not problems(KNOWN, accepted, wish):
            accepted.append(wish)
    for walk in walks(accepted):
        assert len(walk) - 1 <= LONGEST_CHAIN
        assert len(set(walk)) == len(walk)


ABOVE = {
    "root": {"root"},
    "sales": {"sales", "root"},
    "east": {"east", "sales", "root"},
    "rd": {"rd", "root"},
}


def walks(entries: list[Delegation]) -> list[tuple[str, ...]]:
    """Every walk of up to four delegations at some instant, in some step, for some department."""
    found = []
    for day in range(1, 13):
        at = datetime(2026, 5, day, 12, tzinfo=UTC)
        for step in DECIDED:
            for above in ABOVE.values():
                edges = [
                    (entry.giver, entry.taker)
                    for entry in entries
                    if entry.start <= at < entry.end
                    and (not entry.steps or step in entry.steps)
                    and (not entry.departments or above & set(entry.departments))
                ]
                found += longer_and_longer(edges)
    return found


def longer_and_longer(edges: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """All walks over the edges with at most three of them."""
    front: list[tuple[str, ...]] = list(edges)
    every = list(front)
    for _ in range(2):
        front = [(*walk, taker) for walk in front for giver, taker in edges if giver == walk[-1]]
        every += front
    assert all(pair in edges for walk in every for pair in pairwise(walk))
    return every
