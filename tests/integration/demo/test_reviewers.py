"""What those who decide do in the demo, according to the author's story."""

import asyncio
from typing import Any

import pytest

from monthline.demo import reviewers
from monthline.demo.reviewers import Leader, Reviewer, highest_rung, who_decides
from monthline.demo.transport import Refusal
from shared.contracts.calendar import StepPolicy
from shared.contracts.words import Rung, Stage
from tests.integration.demo.office import AUTHOR, LATER, PLAN_ID, Office, scene, told, until_looked

HR = "p003"
LEADER = "p001"


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewers, "REVIEWS", (0.001, 0.001))
    monkeypatch.setattr(reviewers, "SCORES", (0.001, 0.001))


def waiting(stage: Stage = Stage.HR_REVIEW, revision: int = 1, for_: str | None = None) -> dict[str, Any]:
    return {"plan_id": PLAN_ID, "stage": stage, "revision": revision, "version": 2, "on_behalf_of": for_}


def fired(rung: Rung, version: int = 2) -> dict[str, Any]:
    return {
        "milestone": "hr_review_due",
        "rung": rung,
        "version": version,
        "due": "2026-03-02T10:00:00Z",
        "fired_at": "2026-03-02T10:00:00Z",
        "outcome": "sent",
        "told": [{"person": LEADER, "because": "leadership"}],
    }


async def decided(office: Office, part: str = "", *, later: bool = False) -> list[Any]:
    """What is asked of the office while the reviewer looks at it a few times."""
    reviewer = Reviewer(scene(told(part, later=later), office), HR)
    await until_looked(office, reviewer.play())
    return office.asked


async def test_what_waits_is_approved() -> None:
    office = Office(Stage.HR_REVIEW)
    office.reviews = [waiting()]
    assert ("approve", {}) in await decided(office)


@pytest.mark.parametrize(("revision", "move"), [(1, "return"), (2, "approve")])
async def test_the_first_revision_is_returned_with_its_reason_and_the_next_approved(
    revision: int, move: str
) -> None:
    office = Office(Stage.HR_REVIEW)
    office.reviews = [waiting(revision=revision)]
    asked = await decided(office, f"{{hr: {{return: too low}}, resubmit: {LATER}}}", later=True)
    assert asked[0] == (move, {"note": "too low"} if move == "return" else {})


async def test_a_plan_that_is_about_to_be_recalled_is_left_alone() -> None:
    office = Office(Stage.HR_REVIEW)
    office.reviews = [waiting()]
    assert await decided(office, "{recall: true}") == []


async def test_who_stalls_acts_once_leadership_has_been_told_of_this_round() -> None:
    office = Office(Stage.HR_REVIEW)
    office.reviews = [waiting()]
    office.rungs = [fired(Rung.SUPERIOR), fired(Rung.LEADERSHIP, version=1)]
    assert await decided(office, "{hr: stall}") == []
    office.rungs.append(fired(Rung.LEADERSHIP))
    assert ("approve", {}) in await decided(office, "{hr: stall}")


@pytest.mark.parametrize(("for_", "asked"), [(None, []), (LEADER, [("approve", {})])])
async def test_what_has_been_delegated_is_left_to_the_delegate(for_: str | None, asked: list[Any]) -> None:
    office = Office(Stage.LEADER_REVIEW)
    office.reviews = [waiting(Stage.LEADER_REVIEW, for_=for_)]
    assert (await decided(office, "{leader: delegate}"))[:1] == asked


async def test_a_lost_race_is_no_trouble_and_another_refusal_is() -> None:
    office = Office(Stage.HR_REVIEW)
    office.reviews = [waiting()]
    office.refusals["approve"] = ["move.already_decided", "version.stale"]
    await decided(office)
    office.refusals["approve"] = ["review.not_approver"]
    reviewer = Reviewer(scene(told(""), office), HR)
    with pytest.raises(Refusal):
        await asyncio.wait_for(reviewer.play(), 60)


def score(*, disputed: bool = False, confirmed: str | None = None) -> dict[str, Any]:
    return {
        "plan_id": PLAN_ID,
        "author": AUTHOR,
        "department": "sales",
        "stage": Stage.SCORED,
        "version": 6,
        "answers": {
            "author_confirmed_by": None,
            "leader_confirmed_by": confirmed,
            "disputed_by": AUTHOR if disputed else None,
            "dispute_answered_by": None,
            "dispute_open": disputed,
        },
    }


async def answered(line: dict[str, Any], part: str = "", leader: str = LEADER) -> list[Any]:
    office = Office(Stage.SCORED)
    office.scores = [line]
    await until_looked(office, Leader(scene(told(part), office), leader).play())
    return office.asked[:1]


async def test_the_leader_confirms_once_and_nobody_else_does() -> None:
    assert await answered(score()) == [("confirm", {})]
    assert await answered(score(confirmed=LEADER)) == []
    assert await answered(score(), leader=HR) == []


async def test_the_leader_waits_for_a_dispute_that_comes_and_answers_it() -> None:
    part = "{dispute: unfair, answer: it stands}"
    assert await answered(score(), part) == []
    assert await answered(score(disputed=True), part) == [("confirm", {"note": "it stands"})]


@pytest.mark.parametrize(
    ("step", "rung"),
    [
        (StepPolicy(days=2), Rung.LEADERSHIP),
        (StepPolicy(days=2, leadership_after=None), Rung.SUPERIOR),
        (StepPolicy(days=2, leadership_after=None, superior_after=None), Rung.DUE),
    ],
)
def test_a_ladder_without_leadership_is_waited_out_to_its_own_top(step: StepPolicy, rung: Rung) -> None:
    assert highest_rung(step) is rung


def test_those_who_decide_are_found_by_role_by_place_and_by_delegation() -> None:
    assert who_decides(told("")) == [LEADER, HR]
