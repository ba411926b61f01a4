"""A company of any size for measuring: one department of managers, an HR reviewer and a leader."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from monthline.company.settings import Company
from monthline.demo.client import Client
from services.plans.domain.lint.rules import RULES
from shared.contracts.calendar import TimeScale
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.plan import BinaryMeasure, CategoryRule, Item, MetricMeasure, PlanContent, Template
from shared.contracts.values import Text
from shared.contracts.words import Role, Severity

COMPANY = Company(id="bench", name=Text(zh="测试公司", en="Bench"), zone="Asia/Shanghai")
MONTH = datetime.now(UTC).strftime("%Y-%m")
ZONE = timezone(timedelta(hours=8))


def scale() -> TimeScale:
    """A calendar that shows the month's second morning: plans can be closed, and no deadline passes."""
    now = datetime.now(UTC)
    begun = datetime(now.year, now.month, 2, 9, 0, tzinfo=ZONE)
    return TimeScale(clock_start=now, calendar_start=begun)


HR, LEADER = "hr", "lead"
AT_ONCE = 500
SHARES = {"core": "40", "weak": "20", "innovation": "15", "routine": "25"}


def managers(count: int) -> list[str]:
    """The ids of so many managers."""
    return [f"m{number:05}" for number in range(count)]


def _person(person_id: str, *roles: Role) -> Person:
    return Person(
        id=person_id,
        name=Text(zh=person_id, en=person_id),
        email=f"{person_id}@bench.example",
        department="all",
        roles=tuple(RoleGrant(role=role) for role in roles),
    )


def organisation(people: Sequence[Person]) -> dict[str, object]:
    """The department and these people, as the directory takes them."""
    department = Department(id="all", name=Text(zh="全部", en="All"), leader=LEADER)
    return {
        "departments": [department.model_dump(mode="json", exclude={"version"})],
        "people": [person.model_dump(mode="json", exclude={"version"}) for person in people],
    }


def template() -> dict[str, object]:
    """Four categories without bounds that matter here; no rule of the linter blocks."""
    rules = tuple(CategoryRule(id=name, label=Text(zh=name, en=name)) for name in SHARES)
    severities = dict.fromkeys(RULES, Severity.INFO)
    written = Template(department="all", categories=rules, severities=severities)
    return written.model_dump(mode="json", exclude={"version", "department"})


def content() -> PlanContent:
    """A plan of four items, as long as real ones are."""
    return PlanContent(
        items=tuple(
            Item(
                id=name,
                category=name,
                title=f"{name}: 本月新客户合同额较上月提高 15 %",
                share=Decimal(share),
                measure=MetricMeasure(target=Decimal(115), baseline=Decimal(100), unit="万元")
                if name == "core"
                else BinaryMeasure(),
            )
            for name, share in SHARES.items()
        )
    )


async def load(operator: Client, count: int) -> None:
    """Load the company through the public API, a part at a time."""
    everybody = [
        _person(HR, Role.HR),
        _person(LEADER, Role.LEADER),
        *(_person(name, Role.MANAGER) for name in managers(count)),
    ]
    for start in range(0, len(everybody), AT_ONCE):
        part = organisation(everybody[start : start + AT_ONCE])
        await operator.transport.ask("POST", "directory", "/organisation", json=part)
    await operator.transport.ask("PUT", "plans", "/templates/all", json=template())
