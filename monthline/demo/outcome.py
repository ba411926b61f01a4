"""Owns what came of a month, read through the public APIs by those who may see it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monthline.demo.client import Client
from monthline.demo.transport import Refusal
from monthline.demo.views import FiredRung, LedgerLine, PlanView, ScoreView
from monthline.demo.witnesses import all_plans, witnesses
from shared.contracts.organisation import Department, Person
from shared.contracts.words import Move, Rung, RungOutcome, Stage
from shared.org.organisation import Organisation

_AT_ONCE = 8


@dataclass(frozen=True)
class PlanOutcome:
    """One plan with its moves, the rungs that fired on its way, and its score."""

    plan: PlanView
    ledger: tuple[LedgerLine, ...]
    rungs: tuple[FiredRung, ...]
    score: ScoreView | None

    @property
    def path(self) -> tuple[Stage, ...]:
        """The stages the plan has been in, in order."""
        return tuple(line.to_stage for line in self.ledger if line.from_stage is not line.to_stage)

    @property
    def decisions(self) -> tuple[LedgerLine, ...]:
        """The approvals and returns."""
        return tuple(line for line in self.ledger if line.move in (Move.APPROVE, Move.RETURN))

    @property
    def told(self) -> tuple[FiredRung, ...]:
        """The rungs that reached somebody."""
        return tuple(rung for rung in self.rungs if rung.outcome is RungOutcome.SENT)

    @property
    def escalations(self) -> tuple[FiredRung, ...]:
        """The rungs that reached leadership."""
        return tuple(rung for rung in self.told if rung.rung is Rung.LEADERSHIP)


@dataclass(frozen=True)
class Outcome:
    """A month as it stands: every plan, by author, and the people and departments by id."""

    month: str
    people: Mapping[str, Person]
    departments: Mapping[str, Department]
    plans: Mapping[str, PlanOutcome]

    @property
    def escalations(self) -> Iterator[tuple[PlanOutcome, FiredRung]]:
        """What reached leadership, in the order it happened."""
        found = [(one, rung) for one in self.plans.values() for rung in one.escalations]
        return iter(sorted(found, key=lambda pair: pair[1].fired_at))


async def read_outcome(month: str, register: Client, clients: Callable[[str], Client]) -> Outcome:
    """The month, its people read by ``register``, its plans by those who may see them."""
    people, departments = await asyncio.gather(register.people(), register.departments())
    authors = [person for person in people if person.plans_in(month)]
    eyes = witnesses(Organisation(people, departments, today=datetime.now(UTC).date()), authors)
    plans = await all_plans([clients(person) for person in eyes], month)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(plan: PlanView, client: Client) -> PlanOutcome:
        async with gate:
            return await _plan_outcome(client, plan)

    outcomes = await asyncio.gather(*(one(plan, client) for plan, client in plans))
    return Outcome(
        month=month,
        people={person.id: person for person in people},
        departments={department.id: department for department in departments},
        plans={outcome.plan.person: outcome for outcome in outcomes},
    )


async def _plan_outcome(client: Client, plan: PlanView) -> PlanOutcome:
    ledger, rungs, reviewed, score = await asyncio.gather(
        client.ledger(plan.id), client.rungs(plan.id), _review_rungs(client, plan), _score(client, plan.id)
    )
    fired = (*rungs, *reviewed, *(score.rungs if score else ()))
    ordered = tuple(sorted(fired, key=lambda rung: (rung.due, rung.fired_at)))
    return PlanOutcome(plan=plan, ledger=tuple(ledger), rungs=ordered, score=score)


async def _review_rungs(client: Client, plan: PlanView) -> tuple[FiredRung, ...]:
    return (await client.review(plan.id)).rungs if plan.revision else ()


async def _score(client: Client, plan_id: str) -> ScoreView | None:
    try:
        return await client.score(plan_id)
    except Refusal as refusal:
        if refusal.code == "not_found":
            return None
        raise
