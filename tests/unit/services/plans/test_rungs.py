"""Who hears of a rung of the author's deadlines, why, and with which text."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from services.plans.domain.notices import of_rung
from services.plans.domain.rungs import Because, Recipient, addressed, reporting_week
from shared.contracts.words import Milestone, Rung, RungOutcome
from shared.ladder.recipients import present
from tests.unit.services.plans.build import deadline, fire

DAY = date(2026, 2, 27)


@dataclass(frozen=True)
class Office:
    """The people around p017."""

    boss: str | None = "boss1"
    chiefs: tuple[str, ...] = ("ceo", "cfo")
    away: frozenset[str] = field(default_factory=frozenset)

    def superior(self, person_id: str, /) -> str | None:
        """The boss of everybody."""
        return self.boss

    def executives(self, department_id: str, /, exclude: str = "") -> tuple[str, ...]:
        """The chiefs."""
        return tuple(chief for chief in self.chiefs if chief != exclude)

    def absent(self, person_id: str, day: date, /) -> bool:
        """Whether they are away on the day of the test."""
        return day == DAY and person_id in self.away


def meant(rung: Rung, office: Office | None = None) -> list[tuple[str, str]]:
    """Whom a rung is meant for, and why."""
    found = addressed(rung, "p017", "sales", office or Office())
    return [(recipient.person, recipient.because.value) for recipient in found]


@pytest.mark.parametrize("rung", [Rung.HALF_TIME, Rung.DUE, Rung.END_STATE])
def test_reminders_and_the_end_go_to_the_author(rung: Rung) -> None:
    assert meant(rung) == [("p017", "author")]


def test_a_day_late_the_superior_hears_of_it_too() -> None:
    assert meant(Rung.SUPERIOR) == [("p017", "author"), ("boss1", "superior")]
    assert meant(Rung.SUPERIOR, Office(boss=None)) == [("p017", "author")]


def test_two_days_late_leadership_hears_of_it_and_everybody_once() -> None:
    assert meant(Rung.LEADERSHIP) == [("ceo", "leadership"), ("cfo", "leadership"), ("boss1", "superior")]
    assert meant(Rung.LEADERSHIP, Office(boss="ceo")) == [("ceo", "leadership"), ("cfo", "leadership")]


def test_an_author_who_is_an_executive_does_not_escalate_to_themself() -> None:
    assert ("p017", "leadership") not in meant(Rung.LEADERSHIP, Office(chiefs=("p017", "ceo")))


def told(rung: Rung, office: Office) -> tuple[RungOutcome, list[str]]:
    """What becomes of a rung on the day of the test."""
    outcome, there = present(office, addressed(rung, "p017", "sales", office), DAY)
    return outcome, [recipient.person for recipient in there]


def test_who_is_away_is_left_out() -> None:
    assert told(Rung.SUPERIOR, Office(away=frozenset({"p017"}))) == (RungOutcome.SENT, ["boss1"])


def test_when_all_are_away_the_rung_waits_for_another_day() -> None:
    assert told(Rung.DUE, Office(away=frozenset({"p017"}))) == (RungOutcome.POSTPONED, [])


def test_a_rung_for_nobody_says_so() -> None:
    assert told(Rung.LEADERSHIP, Office(boss=None, chiefs=())) == (RungOutcome.NOBODY, [])


def test_a_weekly_date_asks_for_an_entry_of_its_seven_days() -> None:
    assert reporting_week(date(2026, 3, 13)) == (date(2026, 3, 7), date(2026, 3, 13))


LATE = (Rung.SUPERIOR, Rung.LEADERSHIP)


@pytest.mark.parametrize(
    ("rung", "milestone", "text"),
    [
        (Rung.HALF_TIME, Milestone.DRAFT_DUE, "draft_reminder"),
        (Rung.DUE, Milestone.DRAFT_DUE, "draft_reminder"),
        (Rung.DUE, Milestone.PROGRESS_DUE, "entry_reminder"),
        (Rung.HALF_TIME, Milestone.ACTUALS_DUE, "entry_reminder"),
        (Rung.SUPERIOR, Milestone.DRAFT_DUE, "overdue"),
        (Rung.LEADERSHIP, Milestone.DRAFT_DUE, "escalated"),
    ],
)
def test_each_rung_has_its_text(rung: Rung, milestone: Milestone, text: str) -> None:
    (notice,) = of_rung(fire(rung, milestone), [Recipient(person="p017", because=Because.AUTHOR)])
    assert (notice.name, notice.recipient) == (text, "p017")
    assert notice.parameters["rung"] == rung.value
    assert notice.parameters.get("because") == ("author" if rung in LATE else None)


def test_the_end_of_a_ladder_is_told_by_the_move_that_follows() -> None:
    assert of_rung(fire(Rung.END_STATE), [Recipient(person="p017", because=Because.AUTHOR)]) == ()


def test_the_same_rung_of_another_week_or_another_version_is_another_reason() -> None:
    author = [Recipient(person="p017", because=Because.AUTHOR)]
    weeks = [deadline(Milestone.PROGRESS_DUE, day=day, month=3) for day in (6, 13)]
    rungs = [fire(Rung.DUE, Milestone.PROGRESS_DUE, deadline=week) for week in weeks]
    rungs.append(fire(Rung.DUE, Milestone.PROGRESS_DUE, deadline=weeks[0], plan_version=2))
    reasons = {notice.reason for rung in rungs for notice in of_rung(rung, author)}
    assert len(reasons) == 3
