"""Owns what the people of a played month share: company, clock, their way to the services, and mishaps."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monthline.company.files import CompanyFiles
from monthline.company.story import Part
from monthline.demo.client import Client
from shared.contracts.calendar import TimeScale
from shared.contracts.ids import PlanRef
from shared.contracts.values import Value

_HALF_A_MINUTE = timedelta(seconds=30)


@dataclass(frozen=True)
class Clock:
    """The company's calendar as it runs during the trial."""

    scale: TimeScale
    zone: ZoneInfo

    def now(self) -> datetime:
        """What the calendar shows."""
        return self.scale.calendar(datetime.now(UTC)).astimezone(self.zone)

    def shown(self, instant: datetime) -> datetime:
        """What the calendar showed at an instant of the machines' clock, to the minute it was meant for."""
        return (self.scale.calendar(instant) + _HALF_A_MINUTE).astimezone(self.zone)

    async def sleep_until(self, instant: datetime) -> None:
        """Returns when the calendar has reached ``instant``; at once when it has already."""
        left = self.scale.clock(instant) - datetime.now(UTC)
        await asyncio.sleep(max(left.total_seconds(), 0))


class Mishap(Value):
    """Somebody could not play their part."""

    person: str
    what: str


@dataclass(frozen=True)
class Scene:
    """One month of one company; ``client`` speaks to the services as the person named."""

    month: str
    company: CompanyFiles
    clock: Clock
    client: Callable[[str], Client]
    mishaps: list[Mishap] = field(default_factory=list)

    def part(self, person: str) -> Part:
        """How the person's month goes."""
        return self.company.story.part(person)

    def plan_id(self, person: str) -> str:
        """The id of the person's plan."""
        return PlanRef(
            company=self.company.company.id,
            month=self.month,
            person=person,
            department=self.company.organisation.people[person].department,
        ).plan_id
