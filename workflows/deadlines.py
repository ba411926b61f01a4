"""When each milestone of a plan's month is due (domain section 3), in calendar time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.calendar import CyclePolicy, Deadline, StepPolicy, WorkingDays
from shared.contracts.moves import Phase
from shared.contracts.words import EndState, Milestone, Move
from shared.ladder.dates import Alarm, deadline, deadline_after, deadline_from, half_time, ladder

END_MOVES = {
    EndState.MARK_MISSING: Move.MARK_MISSING,
    EndState.RETURN_TO_AUTHOR: Move.RETURN,
    EndState.APPROVE_BY_POLICY: Move.APPROVE,
}
FRIDAY = 4


def month_days(month: str) -> tuple[date, date]:
    """The first and the last day of ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:])
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return first, following - timedelta(days=1)


def next_month(month: str) -> str:
    """The month after ``YYYY-MM``."""
    return (month_days(month)[1] + timedelta(days=1)).strftime("%Y-%m")


@dataclass(frozen=True)
class Month:
    """The dates of one plan's month: the author's in the author's zone, the others in the company's."""

    month: str
    zone: str
    policy: CyclePolicy
    days: WorkingDays

    def drafting_opens(self) -> date:
        """The day on which drafting opens: so many working days before the month."""
        return self.days.add(month_days(self.month)[0], -self.policy.drafting_opens_before)

    def at(self, instant: datetime) -> Phase:
        """Before the first day of the month in the author's zone, in it, or after its close has opened."""
        if instant >= self.close_opens().instant:
            return Phase.CLOSED
        today = instant.astimezone(ZoneInfo(self.zone)).date()
        return Phase.BEFORE if today < month_days(self.month)[0] else Phase.RUNNING

    def draft_due(self, since: datetime) -> Deadline:
        """The last working day before the month, and never less than the time a new draft gets.

        Somebody who joins late, and an author whose plan came back, has ``redraft_days`` from ``since``.
        """
        policy = self.policy
        regular = self.days.add(month_days(self.month)[0], -policy.draft.days)
        again = self.days.add(since.astimezone(ZoneInfo(self.zone)).date(), policy.redraft_days)
        return deadline_from(
            Milestone.DRAFT_DUE, max(regular, again), policy.draft.at, self.zone, self.days, since
        )

    def review_due(self, milestone: Milestone, since: datetime) -> Deadline:
        """So many working days after the review began."""
        return self._after(milestone, since, self.review_step(milestone))

    def review_step(self, milestone: Milestone) -> StepPolicy:
        """The policy of a review's deadline."""
        return self.policy.hr_review if milestone is Milestone.HR_REVIEW_DUE else self.policy.leader_review

    def progress_due(self) -> tuple[Deadline, ...]:
        """Every Friday of the month that is worked, else the working day before it."""
        first, last = month_days(self.month)
        fridays = (first + timedelta(days=n) for n in range((last - first).days + 1))
        days = sorted({self.days.on_or_before(day) for day in fridays if day.weekday() == FRIDAY})
        at = self.policy.progress.at
        return tuple(
            deadline(Milestone.PROGRESS_DUE, day, at, self.zone, self.days) for day in days if day >= first
        )

    def close_opens(self) -> Deadline:
        """The last calendar day of the month."""
        day = month_days(self.month)[1]
        return deadline(Milestone.CLOSE_OPENS, day, self.policy.close_at, self.days.zone, self.days)

    def actuals_due(self) -> Deadline:
        """So many working days after the month has ended."""
        day = self.days.add(month_days(self.month)[1], self.policy.actuals.days)
        return deadline(Milestone.ACTUALS_DUE, day, self.policy.actuals.at, self.zone, self.days)

    def confirmation_due(self, scored: datetime) -> Deadline:
        """So many working days after scoring."""
        return self._after(Milestone.CONFIRMATION_DUE, scored, self.policy.confirmation)

    def dispute_until(self, confirmation: Deadline) -> Deadline:
        """The end of the dispute window, counted from the day the confirmation is due."""
        day = self.days.add(confirmation.local.date(), self.policy.dispute_window)
        return deadline(Milestone.DISPUTE_UNTIL, day, self.policy.confirmation.at, self.zone, self.days)

    def dispute_answer_due(self, disputed: datetime) -> Deadline:
        """So many working days after the dispute."""
        return self._after(Milestone.DISPUTE_ANSWER_DUE, disputed, self.policy.dispute_answer)

    def ladder(self, due: Deadline, since: datetime, step: StepPolicy) -> list[Alarm]:
        """The rungs of a deadline that began to run at ``since``, and the move of its end state."""
        return ladder(due, since, step, self.days, END_MOVES.get(step.end_state))

    def half_time(self, due: Deadline, since: datetime) -> list[Alarm]:
        """The reminder in the middle of a deadline, if there is time for one."""
        return half_time(due, since, self.days)

    def _after(self, milestone: Milestone, since: datetime, step: StepPolicy) -> Deadline:
        return deadline_after(milestone, since, step, self.days.zone, self.days)
