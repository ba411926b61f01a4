"""A plan's months by its ledger: which stage it stood in under which dates, and what time was to do there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.plans.domain.ledger import ChainedLine
from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.words import SYSTEM, Move, Stage
from shared.ladder.dates import Alarm
from workflows.deadlines import Month
from workflows.stages import STAGES

SLOW, SLOWEST = timedelta(seconds=5), timedelta(hours=2)
"""How long a move may take from the planning of its deadline to its line in the ledger: by the clock at
least, and by the calendar."""


@dataclass(frozen=True)
class Stay:
    """The lines of a plan under one deadline, and the one with which it left; None while it is there."""

    lines: tuple[ChainedLine, ...]
    left: ChainedLine | None

    @property
    def entered(self) -> ChainedLine:
        """The line with which it began."""
        return self.lines[0]

    @property
    def stage(self) -> Stage:
        """Where the plan stood."""
        return self.entered.to_stage

    @property
    def versions(self) -> range:
        """The plan's versions in it."""
        return range(self.entered.version, self.lines[-1].version + 1)

    def answered(self, author: str, before: datetime) -> bool:
        """Whether its leader has confirmed the score before an instant: then nobody is reminded any more."""
        return any(
            line.move is Move.CONFIRM and line.actor not in (author, SYSTEM) and line.at <= before
            for line in self.lines
        )


def stays(lines: Sequence[ChainedLine]) -> Iterator[Stay]:
    """A plan's stays, from its lines in the order of their versions; a dispute begins another one."""
    inside: list[ChainedLine] = []
    for line in lines:
        if inside and (line.to_stage is not inside[-1].to_stage or line.move is Move.DISPUTE):
            yield Stay(tuple(inside), line)
            inside = []
        inside.append(line)
    if inside:
        yield Stay(tuple(inside), None)


@dataclass(frozen=True)
class Dates:
    """The dates of one plan, as its lifecycle was given them."""

    given: LifecycleInput

    @property
    def month(self) -> Month:
        """The month of the lifecycle."""
        given = self.given
        return Month(given.plan.month, given.zone, given.policy, given.working_days)

    def clock(self, calendar: datetime) -> datetime:
        """When the machines' clock reaches an instant of the calendar."""
        return self.given.scale.clock(calendar)

    def earlier(self, at: datetime) -> datetime:
        """When a deadline may have been planned at the earliest that began with a line of ``at``."""
        return at - max(SLOWEST / self.given.scale.speed, SLOW)

    @property
    def jitter(self) -> timedelta:
        """How long after its instant a timer may ring, on the clock."""
        return timedelta(seconds=self.given.policy.jitter_seconds) / self.given.scale.speed

    def alarms(self, stay: Stay, since: datetime, running: Deadline | None = None) -> list[Alarm]:
        """What time does in a stay that began at ``since`` on the clock, under the deadline ``running``.

        The deadline is planned again where none is given. A rung that lies before is left out.
        """
        began = self.given.scale.calendar(since)
        due = running or self._due(stay, began)
        ladder = STAGES[stay.stage].ladder(self.month, due, began)
        return [alarm for alarm in ladder if alarm.move or alarm.instant > began]

    def _due(self, stay: Stay, began: datetime) -> Deadline | None:
        if stay.entered.move is Move.DISPUTE:
            return self.month.dispute_answer_due(began)
        return STAGES[stay.stage].due(self.month, began)
