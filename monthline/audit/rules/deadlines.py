"""I7: whatever time had to do it has done, for whom it concerned, and nothing of it too early."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monthline.audit.facts import Facts, Plan, Violation
from monthline.audit.office import REMEMBERED, Concerned, Office
from monthline.audit.rules.ledgers import by_plan
from monthline.audit.stays import Dates, Stay, stays
from services.plans.domain.ledger import ChainedLine
from services.plans.domain.rungs import addressed as told_by_plans
from services.review.domain.approvers import Question
from services.review.domain.ladder import recipients as told_by_review
from services.scoring.domain.leaders import Scoree
from services.scoring.domain.leaders import addressed as told_by_scoring
from shared.contracts.calendar import CalendarRange
from shared.contracts.moves import REVIEW_STAGES, TABLE
from shared.contracts.words import SYSTEM, Milestone, Party, Rung, Stage
from shared.ladder.dates import Alarm, postponed
from shared.org.organisation import Organisation

REPAIRED = "see that plans and workflows run; the reconciler starts or wakes it within a minute or two"
UNTOLD = "nobody was reminded in time: see what plans, workflows or Temporal did then"
CLOCKS = "compare the clocks of Temporal and PostgreSQL"
EARLY = timedelta(seconds=1)
"""By how much the engine's clock may run before the database's."""
LATE = timedelta(minutes=5)
"""How long after a deadline its effect may still be on its way, beside the policy's jitter."""
LONGEST = 400
"""How often a rung may be put off by absences before the audit stops to follow it."""
BY_HAPPENSTANCE = frozenset({Rung.HALF_TIME, None})
"""Rungs that may be left out, and moves that have none."""


def deadlines_had_their_effect(facts: Facts) -> Iterator[Violation]:
    """I7: nothing of time happened too early or twice, and every passed deadline had its effect."""
    yield from _rungs(facts)
    office, fired, lines = Office(facts), Fired(facts), by_plan(facts)
    for plan in facts.plans:
        given = facts.given.get(plan.id)
        if given is None:
            continue
        course = Course(facts.now, plan, Dates(given), office, fired)
        for stay in stays(lines[plan.id]):
            try:
                yield from course.judge(stay)
            except CalendarRange as error:
                yield Violation(plan.id, f"version {stay.entered.version}: {error}", REPAIRED)


def _rungs(facts: Facts) -> Iterator[Violation]:
    seen = set()
    for fired in facts.fired:
        if fired.fired_at < fired.due - EARLY:
            early = (fired.due - fired.fired_at).total_seconds()
            found = f"{fired.milestone} {fired.rung} fired {early:.0f} s too early"
            yield Violation(fired.plan_id, found, CLOCKS)
        name = (fired.service, fired.plan_id, fired.milestone, fired.plan_version, fired.rung, fired.due)
        if name in seen:
            yield Violation(
                fired.plan_id, f"{fired.milestone} {fired.rung} fired twice", "tell its recipients"
            )
        seen.add(name)


class Fired:
    """The rungs on record."""

    def __init__(self, facts: Facts) -> None:
        self._rungs = {(one.plan_id, one.milestone, one.rung, one.plan_version) for one in facts.fired}

    def has(self, plan_id: str, alarm: Alarm, versions: range) -> bool:
        """Whether the alarm's rung fired while the plan had one of these versions."""
        return any(
            (plan_id, alarm.deadline.milestone, alarm.rung, version) in self._rungs for version in versions
        )


@dataclass(frozen=True)
class Course:
    """One plan's way through its dates, judged stay by stay."""

    now: datetime
    plan: Plan
    dates: Dates
    office: Office
    fired: Fired

    def judge(self, stay: Stay) -> Iterator[Violation]:
        """What time did too early or not at all."""
        if stay.stage.ended or (stay.left is not None and stay.left.at < self.now - REMEMBERED):
            return
        if stay.left is not None and stay.left.actor == SYSTEM:
            yield from self._early(stay, stay.left)
        running = self.plan.deadline if stay.left is None else None
        for alarm in self.dates.alarms(stay, stay.entered.at, running):
            yield from self._missed(stay, alarm)

    def _early(self, stay: Stay, left: ChainedLine) -> Iterator[Violation]:
        """A deadline is planned before the move that begins it is in the ledger.

        A move that is never time's is judged with the rights (I9).
        """
        if Party.SYSTEM not in TABLE[left.move].parties:
            return
        entered = stay.entered.at
        ways = [*self._ways(stay, entered), *self._ways(stay, self.dates.earlier(entered))]
        if not ways:
            found = f"version {left.version}: time does not {left.move} a plan in {stay.stage} by its policy"
            yield Violation(self.plan.id, found, REPAIRED)
        elif left.at < min(ways) - EARLY:
            early = min(ways) - left.at
            found = f"version {left.version}: time made the move {left.move} {early} too early"
            yield Violation(self.plan.id, found, CLOCKS)

    def _ways(self, stay: Stay, since: datetime) -> list[datetime]:
        """When time might end a stay as it did, had its dates been planned at ``since``."""
        try:
            alarms = self.dates.alarms(stay, since)
        except CalendarRange:
            return []
        return [
            self.dates.clock(alarm.instant)
            for alarm in alarms
            if stay.left is not None and alarm.move is stay.left.move
        ]

    def _missed(self, stay: Stay, alarm: Alarm) -> Iterator[Violation]:
        """What had to happen and did not, before the plan left or until now."""
        until = stay.left.at if stay.left else self.now
        rings = self._rings(stay, alarm, until)
        if rings is None:
            return
        due = f"{rings.deadline.milestone} of {rings.deadline.local:%Y-%m-%d %H:%M}"
        if rings.move is not None and stay.left is None:
            yield Violation(self.plan.id, f"{due} passed and time did not {rings.move}", REPAIRED)
        if self._must_fire(stay, rings) and not self.fired.has(self.plan.id, rings, stay.versions):
            fix = UNTOLD if stay.left else REPAIRED
            yield Violation(self.plan.id, f"{due} passed without effect: {rings.rung} did not fire", fix)

    def _must_fire(self, stay: Stay, alarm: Alarm) -> bool:
        """Weekly dates ask nobody who has reported; a score's ask no leader who has answered."""
        if alarm.rung in BY_HAPPENSTANCE or alarm.deadline.milestone is Milestone.PROGRESS_DUE:
            return False
        return not stay.answered(self.plan.person, self.dates.clock(alarm.instant) + self.dates.jitter + LATE)

    def _rings(self, stay: Stay, alarm: Alarm, until: datetime) -> Alarm | None:
        """The alarm on the day on which it found somebody there; None when that is not long enough past."""
        found: Alarm | None = alarm
        for _ in range(LONGEST):
            if found is None or self.dates.clock(found.instant) + self.dates.jitter + LATE >= until:
                return None
            day = found.instant.astimezone(ZoneInfo(found.deadline.zone)).date()
            if found.rung is None or not self._all_away(stay, found, found.rung, day):
                return found
            found = postponed(found, self.dates.given.working_days)
        return None

    def _all_away(self, stay: Stay, alarm: Alarm, rung: Rung, day: date) -> bool:
        """A rung that would reach only people who are away goes to the next working day.

        Whom it would have reached is not known when the organisation has changed since: then
        anybody's absence on that day excuses it.
        """
        at = self.dates.clock(alarm.instant)
        concerned = Concerned(self.plan.person, None, at)
        organisation = self.office.at(concerned, self.plan)
        if stay.stage is Stage.DRAFTING and rung is not Rung.LEADERSHIP:
            organisation = organisation or self.office.on(day)
        if organisation is None:
            return self.office.anybody_absent(day)
        meant = self._meant(stay, alarm, rung, organisation, at)
        return bool(meant) and all(self.office.absent(person, day) for person in meant)

    def _meant(
        self, stay: Stay, alarm: Alarm, rung: Rung, organisation: Organisation, at: datetime
    ) -> tuple[str, ...]:
        author, department = self.plan.person, self.plan.department
        if stay.stage in REVIEW_STAGES:
            asked = Question(author, department, stay.stage)
            return tuple(one.person for one in told_by_review(organisation, asked, rung, at))
        if stay.stage is Stage.SCORED:
            scoree, milestone = Scoree(author, department), alarm.deadline.milestone
            return tuple(one.person for one in told_by_scoring(organisation, scoree, at, milestone, rung))
        return tuple(one.person for one in told_by_plans(rung, author, department, organisation))
