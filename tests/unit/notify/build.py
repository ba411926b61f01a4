"""Builders with defaults for the tests of notify."""

from services.notify.domain.values import Rendered
from shared.contracts.events import Notice
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Language
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


def notice(template: str = "review_waiting", recipient: str = "p001", **parameters: str) -> Notice:
    return Notice(
        recipient=recipient,
        reason="acme:2026-03:p017:sales:test",
        template=template,
        parameters={"plan": "acme:2026-03:p017:sales"} | parameters,
    )


def rendered(subject: str = "Subject", *lines: str, language: Language = Language.EN) -> Rendered:
    return Rendered(language=language, subject=subject, lines=lines or ("A line.",))
