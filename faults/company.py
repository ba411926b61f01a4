"""The drills' company: managers, an HR reviewer, a leader, and a month far from its deadlines."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.plans.domain.lint.rules import RULES
from shared.contracts.calendar import TimeScale
from shared.contracts.ids import PlanRef
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.plan import BinaryMeasure, CategoryRule, Item, PlanContent, Template
from shared.contracts.values import Text
from shared.contracts.words import Role, Severity

NAMED, MAILS = "Nomen", "drill.example"
"""How everybody's name begins and address ends; a log has neither."""
COMPANY, ZONE = "drill", "Asia/Shanghai"
HR, LEADER = "hr", "lead"
CATEGORIES = ("core", "routine")
TODAY = datetime.now(UTC)
MONTH = f"{(TODAY.replace(day=1) + timedelta(days=40)):%Y-%m}"
NEXT_MONTH = f"{(TODAY.replace(day=1) + timedelta(days=101)):%Y-%m}"


def scale() -> dict[str, Any]:
    """The calendar of the drills: the tenth of the month, in the morning, far from every deadline."""
    start = datetime.fromisoformat(f"{MONTH}-10T10:00").replace(tzinfo=ZoneInfo(ZONE))
    return TimeScale(clock_start=datetime.now(UTC), calendar_start=start).model_dump(mode="json")


def managers(count: int) -> list[str]:
    """The ids of so many managers."""
    return [f"m{number:04}" for number in range(count)]


def plan_id(person: str, month: str = MONTH) -> str:
    """The id of a manager's plan."""
    return PlanRef(company=COMPANY, month=month, person=person, department="all").plan_id


def _person(person_id: str, role: Role) -> Person:
    return Person(
        id=person_id,
        name=Text(zh=f"{NAMED}{person_id}", en=f"{NAMED} {person_id}"),
        email=f"{person_id}@{MAILS}",
        department="all",
        roles=(RoleGrant(role=role),),
    )


def organisation(count: int) -> dict[str, Any]:
    """The whole organisation as the directory takes it."""
    people = [
        _person(HR, Role.HR),
        _person(LEADER, Role.LEADER),
        *(_person(name, Role.MANAGER) for name in managers(count)),
    ]
    department = Department(id="all", name=Text(zh="全部", en="All"), leader=LEADER)
    return {
        "departments": [department.model_dump(mode="json", exclude={"version"})],
        "people": [person.model_dump(mode="json", exclude={"version"}) for person in people],
    }


def template() -> dict[str, Any]:
    """Two categories without bounds that matter here; no rule of the linter blocks."""
    rules = tuple(CategoryRule(id=name, label=Text(zh=name, en=name)) for name in CATEGORIES)
    severities = dict.fromkeys(RULES, Severity.INFO)
    written = Template(department="all", categories=rules, severities=severities)
    return written.model_dump(mode="json", exclude={"version", "department"})


def content() -> dict[str, Any]:
    """A plan of two items."""
    items = tuple(
        Item(id=name, category=name, title=f"{name} work", share=Decimal(share), measure=BinaryMeasure())
        for name, share in zip(CATEGORIES, ("75", "25"), strict=True)
    )
    return PlanContent(items=items).model_dump(mode="json")


def entry() -> dict[str, Any]:
    """A progress entry of the month."""
    return {"item": "core", "value": "1", "effective": f"{MONTH}-01"}
