"""Who is who by the directory, and since when: what an audit may say of the rights of the past."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monthline.audit.facts import Facts, Plan
from services.plans.domain.ledger import LedgerLine
from shared.bus.jetstream import MAX_AGE
from shared.contracts.organisation import Absence
from shared.contracts.words import Role
from shared.org.organisation import Organisation

REMEMBERED = timedelta(seconds=MAX_AGE)
"""How far back changes of the organisation are known: as long as their events are kept."""
JUDGES = (Role.HR, Role.EXECUTIVE)
"""Roles whose holders stand in for each other, so that a change of one concerns them all."""
NEVER = datetime.min.replace(tzinfo=UTC)
NOT_YET = datetime.max.replace(tzinfo=UTC)

Record = tuple[str, str]
"""A record of the directory: its kind and its id."""


@dataclass(frozen=True)
class Concerned:
    """Who acted on a plan, perhaps for somebody else, and when."""

    actor: str
    on_behalf_of: str | None
    at: datetime

    @classmethod
    def by(cls, line: LedgerLine) -> "Concerned":
        """The people of a line of the ledger."""
        return cls(line.actor, line.on_behalf_of, line.at)


class Office:
    """The organisation of today, which is that of an earlier instant as far as nothing has changed since.

    Services judge by their copies: a change counts from when the last of them has heard of it.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._today = Organisation(
            facts.people, facts.departments, facts.delegations, facts.absences, today=facts.now.date()
        )
        self._days: dict[date, Organisation] = {}
        self._changed = dict(_changes(facts))
        judges = (one.id for one in facts.people if any(grant.role in JUDGES for grant in one.roles))
        self._judges_changed = self._latest(("person", judge) for judge in judges)

    def at(self, concerned: Concerned, plan: Plan) -> Organisation | None:
        """The organisation in which they acted; None when it is not known any more."""
        if concerned.at < self._facts.now - REMEMBERED:
            return None
        changed = max(self._judges_changed, self._latest(self._records(concerned, plan.department)))
        return None if changed >= concerned.at else self.on(concerned.at.astimezone(UTC).date())

    def on(self, day: date) -> Organisation:
        """Today's organisation, asked on another day."""
        if day not in self._days:
            self._days[day] = self._today.on(day)
        return self._days[day]

    def absent(self, person_id: str, day: date) -> bool:
        """Whether the person was away on ``day``, as was known then: it may have been revoked since."""
        return any(one.person == person_id for one in self._absences(day))

    def anybody_absent(self, day: date) -> bool:
        """Whether anybody was."""
        return any(True for _ in self._absences(day))

    def _absences(self, day: date) -> Iterator[Absence]:
        for one in self._facts.absences:
            since = self._changed.get(("absence", one.id), NEVER)
            if one.first <= day <= one.last and (not one.revoked or since.date() >= day):
                yield one

    def _records(self, concerned: Concerned, department: str) -> Iterator[Record]:
        people = {concerned.actor, concerned.on_behalf_of}
        for one in self._today.chain(department):
            yield "department", one.id
            people |= {one.leader, one.manager}
        yield from (("person", person) for person in people if person)
        if concerned.on_behalf_of:
            yield from (("delegation", one.id) for one in self._facts.delegations)

    def _latest(self, records: Iterable[Record]) -> datetime:
        return max((self._changed.get(record, NEVER) for record in records), default=NEVER)


def _changes(facts: Facts) -> Iterator[tuple[Record, datetime]]:
    """When each record that has changed did so the last time, for the last service that heard of it."""
    for change in sorted(facts.changes, key=lambda change: change.at):
        heard = [taken.get(change.event_id, NOT_YET) for taken in facts.heard.values()]
        yield (change.kind, change.id), max([change.at, *heard])
