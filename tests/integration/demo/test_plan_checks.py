"""Every check of a plan's outcome passes on the month as told, and fails on the one thing that is wrong."""

import pytest

from monthline.demo.checks import plans as checks
from monthline.demo.checks.evidence import Look
from monthline.demo.outcome import PlanOutcome
from monthline.demo.scene import Mishap
from shared.contracts.words import Milestone, Move, Rung, Stage
from tests.integration.demo import played
from tests.integration.demo.office import AUTHOR, told
from tests.integration.demo.played import HR, LEADER, NEVER, STRAIGHT, evidence, plan, score

GOOD = plan(scored=score())
LOOKS = (
    checks.opened,
    checks.paths,
    checks.revisions,
    checks.scores,
    checks.explanations,
    checks.escalations,
    checks.delegates,
    checks.own_plans,
    checks.missing,
    checks.disputes,
    checks.ledgers,
    checks.mishaps,
)


@pytest.mark.parametrize("look", LOOKS)
async def test_a_month_as_told_has_nothing_wrong(look: Look) -> None:
    assert await look(evidence(told("{score: 100}"), GOOD)) == []


async def wrong(look: Look, found: PlanOutcome, part: str = "") -> bool:
    return bool(await look(evidence(told(part), found)))


async def test_a_plan_that_was_not_opened_is_missed() -> None:
    assert await checks.opened(evidence(told(""))) == [f"{AUTHOR}: no plan was opened"]


async def test_another_path_is_named() -> None:
    assert await wrong(checks.paths, plan(NEVER, revision=0))
    assert await wrong(checks.paths, GOOD, "{recall: true}")
    assert not await wrong(checks.paths, plan(NEVER, revision=0), "{submit: never}")


async def test_a_lost_revision_is_named() -> None:
    assert await wrong(checks.revisions, plan(revision=2))


async def test_another_score_or_none_at_all_is_named() -> None:
    assert await wrong(checks.scores, GOOD, "{score: 62}")
    assert await wrong(checks.scores, plan())
    assert not await wrong(checks.scores, GOOD)


async def test_a_score_that_does_not_follow_from_its_explanation_is_named() -> None:
    assert await wrong(checks.explanations, plan(scored=score(recomputes=False)))


async def test_a_stalled_step_that_leadership_never_heard_of_is_named() -> None:
    silent = plan(
        rungs=(played.rung(Rung.LEADERSHIP), played.rung(Rung.SUPERIOR, Milestone.HR_REVIEW_DUE, HR))
    )
    heard = plan(rungs=(played.rung(Rung.LEADERSHIP, Milestone.HR_REVIEW_DUE, LEADER),))
    assert await wrong(checks.escalations, silent, "{hr: stall}")
    assert await wrong(checks.escalations, heard, "{leader: stall}")
    assert not await wrong(checks.escalations, heard, "{hr: stall}")


async def test_a_delegated_step_needs_a_delegate_on_record() -> None:
    steps = tuple((move, HR if actor == LEADER else actor, stage) for move, actor, stage in STRAIGHT)
    assert await wrong(checks.delegates, GOOD, "{leader: delegate}")
    assert await wrong(checks.delegates, plan(steps, on_behalf_of={HR: "p999"}), "{leader: delegate}")
    assert not await wrong(checks.delegates, plan(steps, on_behalf_of={HR: LEADER}), "{leader: delegate}")


@pytest.mark.parametrize("on_behalf_of", [None, {HR: AUTHOR}])
async def test_an_own_plan_that_was_decided_is_named(on_behalf_of: dict[str, str] | None) -> None:
    actor = HR if on_behalf_of else AUTHOR
    steps = (*STRAIGHT[:2], (Move.APPROVE, actor, Stage.LEADER_REVIEW))
    assert await wrong(checks.own_plans, plan(steps, on_behalf_of=on_behalf_of))


async def test_only_time_marks_a_plan_missing() -> None:
    by_hr = (NEVER[0], (Move.MARK_MISSING, HR, Stage.MISSING))
    assert await wrong(checks.missing, plan(by_hr), "{submit: never}")
    assert not await wrong(checks.missing, plan(NEVER), "{submit: never}")


@pytest.mark.parametrize(
    ("answers", "is_wrong"),
    [
        ({}, True),
        ({"disputed_by": AUTHOR}, True),
        ({"disputed_by": AUTHOR, "dispute_answered_by": AUTHOR}, True),
        ({"disputed_by": AUTHOR, "dispute_answered_by": LEADER}, False),
    ],
)
async def test_a_dispute_is_on_record_and_answered_by_somebody_else(
    answers: dict[str, str], is_wrong: bool
) -> None:
    assert await wrong(checks.disputes, plan(scored=score(answers=answers)), "{dispute: unfair}") is is_wrong


async def test_a_gap_in_a_ledger_is_named() -> None:
    lines = GOOD.ledger
    gap = PlanOutcome(plan=GOOD.plan, ledger=(*lines[:2], *lines[3:]), rungs=(), score=GOOD.score)
    assert await wrong(checks.ledgers, gap)


async def test_a_mishap_is_a_failure() -> None:
    found = evidence(told(""), GOOD, mishaps=(Mishap(person=AUTHOR, what="refused"),))
    assert await checks.mishaps(found) == [f"{AUTHOR}: refused"]
