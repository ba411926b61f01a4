"""An audit of a deployment at work reports what lasts, and names what lasts by what does not change."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from faults.world import kind
from monthline.audit.facts import Facts, Lifecycle, Sessions, Violation
from monthline.audit.invariants import broken, judge, settle
from shared.contracts.words import Stage
from tests.unit.monthline.audit.build import ID, command, copies, sound

OTHER = "acme:2026-03:p099:sales"
APART = 0.02
GONE = sound(lifecycles=())
BEHIND = sound(lifecycles=(Lifecycle(ID, Stage.HR_REVIEW, 2),))
UNTOLD = sound(copies=copies(Stage.HR_REVIEW, 2))


def reading(*facts: Facts) -> Callable[[], Awaitable[Facts]]:
    """Reads one after the other, the last of them for ever."""
    left = list(facts)

    async def read() -> Facts:
        await asyncio.sleep(APART / 4)
        return left.pop(0) if len(left) > 1 else left[0]

    return read


async def settled(*facts: Facts, patience: float = 4 * APART) -> list[str]:
    """The codes of what an audit reports."""
    return list(broken(await settle(reading(*facts), patience, apart=APART)))


async def test_what_holds_at_first_sight_is_read_once() -> None:
    assert await settled(sound(), GONE) == []


async def test_what_lasts_is_reported() -> None:
    assert await settled(GONE) == ["I5"]
    assert await settled(GONE, patience=0) == ["I5"]


async def test_what_lasts_is_reported_also_where_reading_takes_long() -> None:
    read = reading(GONE)

    async def slowly() -> Facts:
        await asyncio.sleep(2 * APART)
        return await read()

    assert list(broken(await settle(slowly, 0, apart=APART))) == ["I5"]


async def test_of_a_busy_deployment_nothing_is_reported_though_no_reading_is_without_a_fault() -> None:
    each = [BEHIND, UNTOLD] * 50
    assert await settled(*each) == []


async def test_what_lasts_is_reported_alone_among_what_passes() -> None:
    lost = [replace(one, commands=(*one.commands, command("p017:lost-1"))) for one in (BEHIND, UNTOLD)]
    assert await settled(*lost * 50) == ["I1"]


async def test_a_copy_that_stays_behind_a_plan_that_moves_on_is_reported() -> None:
    each = [sound(copies=copies(Stage.HR_REVIEW, version)) for version in range(2, 90)]
    assert await settled(*each) == ["I6"]


async def test_what_ends_within_the_patience_is_not_reported() -> None:
    assert await settled(*[GONE] * 4, sound(), patience=1000 * APART) == []


FOUND = [
    ("is pending for 121 s", "is pending for 145 s", True),
    ("a statement runs for 21.5 s", "a statement runs for 30 s", True),
    ("event of m0003", "event of m0041", False),
    ("is drill:2026-12:m0003:all", "is drill:2026-12:m0041:all", False),
    ("version 3: moved", "version 4: moved", False),
    ("deadline of 2026-03-02 18:00", "deadline of 2026-03-03 18:00", False),
]


@pytest.mark.parametrize(("one", "other", "same"), FOUND)
def test_a_violation_keeps_its_name_while_its_numbers_change_and_ids_are_no_numbers(
    one: str, other: str, same: bool
) -> None:
    names: list[Any] = [Violation(ID, found, "") for found in (one, other)]
    assert (names[0].name == names[1].name) is same


def test_the_same_fault_on_two_plans_has_two_names() -> None:
    found = [
        kind(judge(sound(lifecycles=(*sound().lifecycles, Lifecycle(other)))))
        for other in (OTHER, "acme:2026-03:p098:sales")
    ]
    assert not found[0].keys() & found[1].keys()


def test_what_earlier_drills_left_is_known_by_a_name_without_its_age() -> None:
    waiting = [Sessions("plans", 3, longest_statement=seconds) for seconds in (21.0, 29.0)]
    found = [kind(judge(sound(sessions=(one,)))) for one in waiting]
    assert found[0].keys() == found[1].keys()
    assert [line.partition(":")[0] for line in found[0].values()] == ["I11 plans"]
