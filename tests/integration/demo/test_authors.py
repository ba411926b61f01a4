"""What an author does in the demo, according to their story."""

import asyncio

import pytest

from monthline.demo import authors
from monthline.demo.authors import Author, Derailed
from monthline.demo.transport import Refusal
from shared.contracts.words import Stage
from tests.integration.demo.office import AUTHOR, LATER, MONTH, Office, scene, told
from tests.support.background import running


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authors, "LOOK_EVERY", 0.001)


def author(office: Office, part: str = "", *, later: bool = False) -> Author:
    files = told(part, later=later)
    plan = files.plan_of(AUTHOR, MONTH)
    assert plan is not None
    return Author(scene(files, office), AUTHOR, plan, files.last_plan_of(AUTHOR, MONTH))


async def until(office: Office, moves: list[str]) -> None:
    async with asyncio.timeout(60):
        while office.moves != moves:
            await asyncio.sleep(0.001)


async def test_who_goes_straight_writes_submits_reports_and_confirms() -> None:
    office = Office()
    office.follow["submit"] = Stage.TRACKING
    playing = asyncio.create_task(author(office).play())
    async with asyncio.timeout(60):
        while "progress" not in [name for name, _ in office.asked]:
            await asyncio.sleep(0.001)
    office.stage = Stage.SCORED
    await playing
    assert [name for name, _ in office.asked] == ["content", "submit", "progress", "confirm"]


async def test_who_never_submits_leaves_a_draft() -> None:
    office = Office()
    await author(office, "{submit: never}").play()
    assert [name for name, _ in office.asked] == ["content"]


async def test_a_recalled_plan_is_submitted_again() -> None:
    office = Office()
    async with running(author(office, f"{{recall: true, resubmit: {LATER}}}", later=True).play()):
        await until(office, ["submit", "recall", "submit"])
    assert office.revision == 2


async def test_a_returned_plan_is_submitted_again_only_when_it_came_back() -> None:
    office = Office()
    part = f"{{hr: {{return: low}}, resubmit: {LATER}}}"
    async with running(author(office, part, later=True).play()):
        await until(office, ["submit"])
        await asyncio.sleep(0.02)
        assert office.moves == ["submit"]
        office.stage = Stage.DRAFTING
        await until(office, ["submit", "submit"])


async def test_a_refused_submission_is_corrected_and_sent_again() -> None:
    office = Office()
    office.refusals["submit"] = ["plan.blocked"]
    part = f"{{submit: refused, resubmit: {LATER}}}"
    async with running(author(office, part, later=True).play()):
        await until(office, ["submit", "submit"])
    assert office.revision == 1


async def test_a_submission_that_should_have_been_refused_is_no_success() -> None:
    with pytest.raises(Derailed, match="accepted"):
        await author(Office(), f"{{submit: refused, resubmit: {LATER}}}", later=True).play()


async def test_a_plan_that_ended_elsewhere_is_not_waited_for() -> None:
    with pytest.raises(Derailed, match="missing"):
        await author(Office(Stage.MISSING)).play()


async def test_who_closes_early_closes_and_freezes() -> None:
    office = Office()
    office.follow["submit"] = Stage.TRACKING
    await author(office, "{close: author}").play()
    assert office.moves == ["submit", "close", "close", "confirm"]


async def test_a_dispute_takes_the_place_of_the_confirmation() -> None:
    office = Office()
    office.follow["submit"] = Stage.TRACKING
    await author(office, "{close: author, dispute: unfair}").play()
    assert office.asked[-1] == ("dispute", {"note": "unfair"})


async def test_a_move_that_somebody_else_overtook_is_tried_on_the_new_version() -> None:
    office = Office()
    office.follow["submit"] = Stage.TRACKING
    office.refusals["confirm"] = ["version.stale", "move.already_decided"]
    await author(office, "{close: author}").play()
    assert office.moves[-3:] == ["confirm", "confirm", "confirm"]


async def test_a_refusal_for_another_reason_is_not_swallowed() -> None:
    office = Office()
    office.refusals["submit"] = ["plan.blocked"]
    with pytest.raises(Refusal):
        await author(office).play()
