"""Owns through whose eyes a month is read: the fewest people who together may see all of its plans."""

import asyncio
from collections.abc import Sequence

from monthline.demo.client import Client
from monthline.demo.views import PlanView
from shared.contracts.organisation import Person
from shared.org.access import PlanFacts, Principal, may_see
from shared.org.organisation import Organisation


def witnesses(organisation: Organisation, authors: Sequence[Person]) -> list[str]:
    """The ids, the one who sees most first; every author sees their own plan, so all are seen."""
    unseen = {author.id: PlanFacts(author.id, author.department) for author in authors}
    chosen: list[str] = []
    while unseen:
        seen = {person: _seen(organisation, person, unseen) for person in sorted(organisation.people)}
        best = max(seen, key=lambda person: len(seen[person]))
        chosen.append(best)
        unseen = {author: facts for author, facts in unseen.items() if author not in seen[best]}
    return chosen


def _seen(organisation: Organisation, person: str, plans: dict[str, PlanFacts]) -> set[str]:
    principal = Principal(person, organisation)
    return {author for author, facts in plans.items() if may_see(principal, facts)}


async def all_plans(clients: Sequence[Client], month: str) -> list[tuple[PlanView, Client]]:
    """Every plan of a month once, each with the first witness who sees it, by plan id."""
    lists = await asyncio.gather(*(client.plans(month) for client in clients))
    found: dict[str, tuple[PlanView, Client]] = {}
    for client, plans in zip(clients, lists, strict=True):
        for plan in plans:
            found.setdefault(plan.id, (plan, client))
    return [found[plan_id] for plan_id in sorted(found)]
