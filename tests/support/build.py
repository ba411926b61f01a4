"""Builders with defaults: a plan, its month, its commands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.contracts.calendar import CyclePolicy, TimeScale, WorkingDays
from shared.contracts.ids import PlanRef, command_id
from shared.contracts.lifecycle import Command, LifecycleInput
from shared.contracts.plan import BinaryMeasure, CategoryRule, Item, PlanContent
from shared.contracts.values import Text
from shared.contracts.words import Move, Party

MARCH = PlanRef(company="acme", month="2026-03", person="p017", department="sales")
SPRING_FIRST = date(2026, 1, 1)
SPRING_NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
# Mainland China's holidays and worked weekends of early 2026.
HOLIDAYS = (
    {date(2026, 1, 1) + timedelta(days=n) for n in range(3)}
    | {date(2026, 2, 15) + timedelta(days=n) for n in range(9)}
    | {date(2026, 4, 4) + timedelta(days=n) for n in range(3)}
    | {date(2026, 5, 1) + timedelta(days=n) for n in range(5)}
)
WORKED = {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)}


def spring(last: date = date(2026, 6, 30)) -> WorkingDays:
    """The Chinese working days from January 2026 on."""
    span = (SPRING_FIRST + timedelta(days=n) for n in range((last - SPRING_FIRST).days + 1))
    days = "".join(
        "1" if day in WORKED or (day.weekday() < 5 and day not in HOLIDAYS) else "0" for day in span
    )
    return WorkingDays(version=1, zone="Asia/Shanghai", first=SPRING_FIRST, days=days)


def real_time(calendar_start: datetime | None = None) -> TimeScale:
    """A calendar that runs as fast as the clock; it may show another date than the clock."""
    now = datetime.now(UTC)
    return TimeScale(clock_start=now, calendar_start=calendar_start or now)


def lifecycle_input(**changes: Any) -> LifecycleInput:
    """A plan for March 2026 whose drafting opens on Friday 13 February, 09:00 in Shanghai."""
    given: dict[str, Any] = {
        "plan": MARCH,
        "zone": "Asia/Shanghai",
        "policy": CyclePolicy(jitter_seconds=0),
        "working_days": spring(),
        "scale": real_time(datetime(2026, 2, 13, 1, 0, tzinfo=UTC)),
    }
    return LifecycleInput(**(given | changes))


def command(move: Move, version: int, **changes: Any) -> Command:
    """A command on the March plan, by the party that usually gives it."""
    parties = {
        Move.APPROVE: (Party.REVIEWER, "hr1"),
        Move.RETURN: (Party.REVIEWER, "hr1"),
        Move.EXEMPT: (Party.HR, "hr1"),
        Move.CANCEL: (Party.HR, "hr1"),
    }
    party, actor = parties.get(move, (Party.AUTHOR, "p017"))
    given: dict[str, Any] = {
        "move": move,
        "plan": MARCH,
        "party": party,
        "actor": actor,
        "expected_version": version,
    }
    given |= changes
    key = given.pop("key", f"{move}-{version}")
    return Command(command_id=command_id("plans", given["actor"], key), **given)


def item(item_id: str, category: str, share: str, **changes: Any) -> Item:
    """An item that is done or not done."""
    given = {"title": f"work {item_id}", "measure": BinaryMeasure(), **changes}
    return Item(id=item_id, category=category, share=Decimal(share), **given)


CATEGORIES = tuple(
    CategoryRule(id=name, label=Text(zh=name, en=name)) for name in ("core", "weak", "innovation", "routine")
)


def content(*shares: str) -> PlanContent:
    """A plan with one item a category, of these shares."""
    names = ("core", "weak", "innovation", "routine")
    return PlanContent(
        items=tuple(item(name[0] + "1", name, share) for name, share in zip(names, shares, strict=False))
    )
