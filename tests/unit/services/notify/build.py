"""Builders with defaults for the tests of notify."""

from datetime import UTC, datetime
from typing import Any

from services.notify.domain.values import Rendered
from shared.contracts.ids import PlanRef
from shared.contracts.notices import Notice, PlanNotice, ReviewWaiting
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Language, Stage
from shared.org.organisation import Organisation


def person(
    id_: str = "p017",
    zh: str = "张伟",
    en: str = "Zhang Wei",
    *,
    language: Language = Language.ZH,
    zone: str = "Asia/Shanghai",
    department: str = "sales",
    roles: tuple[RoleGrant, ...] = (),
) -> Person:
    return Person(
        id=id_,
        name=Text(zh=zh, en=en),
        email=f"{id_}@example.com",
        department=department,
        language=language,
        zone=zone,
        roles=roles,
    )


def organisation(*people: Person) -> Organisation:
    sales = Department(id="sales", name=Text(zh="销售部", en="Sales"), parent="company")
    company = Department(id="company", name=Text(zh="公司", en="Company"))
    production = Department(id="production", name=Text(zh="生产部", en="Production"), parent="company")
    return Organisation(people, [company, sales, production], today=None)


PLAN = PlanRef(company="acme", month="2026-03", person="p017", department="sales")
DUE = datetime(2026, 3, 31, 10, tzinfo=UTC)


def waiting(due: datetime = DUE, **plan: Any) -> ReviewWaiting:
    """A plan that waits for HR."""
    return ReviewWaiting(plan=PLAN.model_copy(update=plan), stage=Stage.HR_REVIEW, due=due)


def notice(said: PlanNotice, recipient: str = "p001") -> Notice:
    """The notice for one recipient."""
    return said.to(recipient, "acme:2026-03:p017:test")


def unheard_of(recipient: str = "p001", **parameters: Any) -> Notice:
    """A notice of a newer version."""
    return Notice(recipient=recipient, reason="newer", name="no_such_notice", parameters=parameters)


def rendered(subject: str = "Subject", *lines: str, language: Language = Language.EN) -> Rendered:
    return Rendered(language=language, subject=subject, lines=lines or ("A line.",))
