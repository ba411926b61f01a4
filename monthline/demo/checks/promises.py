"""Owns the checks of what the interfaces promise everybody: replay, versions, rights, and telling once."""

import asyncio
from collections import Counter
from collections.abc import Iterator

from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.outcome import PlanOutcome
from monthline.demo.transport import Refusal
from monthline.demo.views import LedgerLine
from shared.contracts.ids import idempotency_key
from shared.contracts.words import ENDED, Move

_AT_ONCE = 6


async def replays(evidence: Evidence) -> list[str]:
    """An approval sent again with its key gets the first answer, and moves nothing."""
    wrong = []
    for found, line in _approvals(evidence):
        actor, key = line.actor, idempotency_key(line.command_id)
        client = evidence.client(actor)
        moved = await client.move(Move.APPROVE, found.plan.id, line.version - 1, key=key)
        if (moved.version, moved.stage) != (line.version, line.to_stage):
            wrong.append(f"{found.plan.person}: the repeated approval answers {moved.stage} {moved.version}")
        if (await evidence.client(found.plan.person).plan(found.plan.id)).version != found.plan.version:
            wrong.append(f"{found.plan.person}: the repeated approval moved the plan")
    return wrong


async def reused_keys(evidence: Evidence) -> list[str]:
    """A key that was used for one request is refused for another."""
    wrong = []
    for found, line in _approvals(evidence):
        actor, key = line.actor, idempotency_key(line.command_id)
        code = await _refusal(evidence, actor, Move.APPROVE, found, line.version - 1, key=key, note="other")
        if code != "idempotency.reused":
            wrong.append(f"{found.plan.person}: a reused key is answered with {code}")
    return wrong


def _approvals(evidence: Evidence) -> Iterator[tuple[PlanOutcome, LedgerLine]]:
    """The last approval of every plan that somebody gave without a condition."""
    for found in evidence.outcome.plans.values():
        given = [line for line in found.decisions if line.move is Move.APPROVE and not line.note]
        if given and ":" in given[-1].command_id:
            yield found, given[-1]


async def late_moves(evidence: Evidence) -> list[str]:
    """A move on a plan that has ended is refused, and the refusal names the stage."""
    wrong = []
    for found in evidence.outcome.plans.values():
        if found.plan.stage not in ENDED:
            continue
        try:
            person, version = found.plan.person, found.plan.version
            await evidence.client(person).move(Move.CLOSE, found.plan.id, version)
        except Refusal as refusal:
            if (refusal.code, refusal.problem.get("stage")) == ("move.wrong_stage", found.plan.stage):
                continue
            wrong.append(f"{found.plan.person}: closing it late is refused with {refusal.code}")
        else:
            wrong.append(f"{found.plan.person}: could be closed in {found.plan.stage}")
    return wrong


async def _refusal(
    evidence: Evidence, actor: str, move: Move, found: PlanOutcome, version: int, *, key: str, note: str
) -> str:
    try:
        await evidence.client(actor).move(move, found.plan.id, version, key=key, note=note)
    except Refusal as refusal:
        return refusal.code
    return "success"


async def rights(evidence: Evidence) -> list[str]:
    """Lists show everybody exactly the plans that the story says; without one, at least their own."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(person: str) -> list[str]:
        async with gate:
            seen = {plan.person for plan in await evidence.client(person).plans(evidence.month)}
        told = _due_to_see(evidence, person)
        due = {person} & set(evidence.outcome.plans) if told is None else told
        extra = sorted(seen - due) if told is not None else []
        return [f"{person}: sees the plan of {author}" for author in extra] + [
            f"{person}: does not see the plan of {author}" for author in sorted(due - seen)
        ]

    looks = await asyncio.gather(*(one(person.id) for person in evidence.company.people if not person.left))
    return [line for found in looks for line in found]


def _due_to_see(evidence: Evidence, person: str) -> frozenset[str] | None:
    """What is written in the company's story, not what the policy under check would say."""
    return evidence.company.story.seen_by(person, evidence.outcome.plans)


async def _seen(evidence: Evidence, person: str) -> frozenset[str]:
    """What the story says, else what the lists show: a single read must not show more than these."""
    told = _due_to_see(evidence, person)
    if told is not None:
        return told
    return frozenset(plan.person for plan in await evidence.client(person).plans(evidence.month))


async def strangers(evidence: Evidence) -> list[str]:
    """A single read of what is none of one's business says that there is nothing."""
    wrong = []
    for person in evidence.company.people:
        if person.left:
            continue
        hidden = sorted(set(evidence.outcome.plans) - await _seen(evidence, person.id))
        if not hidden:
            continue
        plan_id = evidence.outcome.plans[hidden[0]].plan.id
        try:
            await evidence.client(person.id).plan(plan_id)
        except Refusal as refusal:
            if refusal.code == "not_found":
                continue
        wrong.append(f"{person.id}: can read the plan of {hidden[0]}")
    return wrong


async def notices(evidence: Evidence) -> list[str]:
    """Nobody was told the same thing twice for the same reason, and somebody was told something."""
    wrong, total = [], 0
    for person in evidence.company.people:
        if person.left:
            continue
        reasons = Counter(message.reason for message in await evidence.client(person.id).inbox())
        total += reasons.total()
        wrong += [f"{person.id}: told {count} times: {why}" for why, count in reasons.items() if count > 1]
    return wrong if total else ["nobody was told anything"]


PROMISE_CHECKS = (
    Check("demo.check.replays", replays),
    Check("demo.check.reused_keys", reused_keys),
    Check("demo.check.late_moves", late_moves),
    Check("demo.check.rights", rights),
    Check("demo.check.strangers", strangers),
    Check("demo.check.notices", notices),
)
