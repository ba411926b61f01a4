"""The chain of hashes of a plan's ledger."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from services.plans.domain.ledger import (
    FIRST,
    ChainedLine,
    LedgerLine,
    chain_hash,
    chained,
    first_broken,
    first_wrong,
)
from shared.contracts.words import Move, Stage
from tests.unit.services.plans.build import NOW, PLAN

WAY = [
    (Move.OPEN, None, Stage.DRAFTING),
    (Move.SUBMIT, Stage.DRAFTING, Stage.HR_REVIEW),
    (Move.RETURN, Stage.HR_REVIEW, Stage.DRAFTING),
]


def line(version: int, at: datetime = NOW) -> LedgerLine:
    """A line of the way."""
    move, source, target = WAY[version - 1]
    return LedgerLine(
        plan_id=PLAN.plan_id,
        version=version,
        command_id=f"p017:{version}",
        move=move,
        actor="p017",
        from_stage=source,
        to_stage=target,
        at=at,
        note="核心占比不足",
    )


def chain() -> list[ChainedLine]:
    """The three lines in their chain."""
    found: list[ChainedLine] = []
    for version in (1, 2, 3):
        found.append(chained(found[-1].hash if found else FIRST, line(version)))
    return found


def test_an_untouched_chain_is_whole() -> None:
    assert first_broken(chain()) is None
    assert first_broken([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "hr1"},
        {"on_behalf_of": "hr2"},
        {"note": "核心占比充足"},
        {"move": Move.RECALL},
        {"to_stage": Stage.TRACKING},
        {"from_stage": Stage.LEADER_REVIEW},
        {"at": NOW + timedelta(microseconds=1)},
        {"command_id": "p017:other"},
        {"hash": "0" * 64},
        {"previous_hash": "0" * 64},
    ],
)
def test_a_changed_line_breaks_the_chain_there(change: dict[str, Any]) -> None:
    lines = chain()
    lines[1] = lines[1].model_copy(update=change)
    assert first_broken(lines) == 2


def test_a_line_that_was_taken_out_breaks_the_chain_after_it() -> None:
    first, _, third = chain()
    assert first_broken([first, third]) == 3


def test_a_forged_line_with_a_hash_of_its_own_breaks_the_chain_after_it() -> None:
    lines = chain()
    forged = lines[1].line.model_copy(update={"actor": "hr1"})
    lines[1] = chained(lines[0].hash, forged)
    assert first_broken(lines) == 3


def test_a_gap_in_the_versions_breaks_the_chain_even_where_the_hashes_fit() -> None:
    first = chain()[0]
    assert first_broken([first, chained(first.hash, line(3))]) == 3


def test_the_same_instant_in_another_zone_has_the_same_hash() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert chain_hash(FIRST, line(1)) == chain_hash(FIRST, line(1, NOW.astimezone(shanghai)))


@pytest.mark.parametrize(
    ("kept", "version", "wrong"),
    [(3, 3, None), (2, 3, 3), (0, 3, 1), (3, 2, 2), (1, 3, 2)],
)
def test_the_lines_must_end_where_the_plan_stands(kept: int, version: int, wrong: int | None) -> None:
    assert first_wrong(chain()[:kept], version=version, head=chain()[-1].hash) == wrong


def test_another_head_than_the_last_lines_hash_is_wrong_at_the_last_line() -> None:
    assert first_wrong(chain(), version=3, head="0" * 64) == 3


def test_a_plan_without_lines_has_no_head() -> None:
    assert first_wrong([], version=0, head=FIRST) is None
