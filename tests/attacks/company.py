"""The company under attack: everybody who may stand in some relation to the author's plans."""

from datetime import UTC, date, datetime
from typing import Final

from shared.contracts.ids import PlanRef
from shared.contracts.organisation import Absence, Delegation, Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Role, Stage
from shared.org.organisation import Organisation

COMPANY: Final = "acme"
EVER, AFTER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


def text(word: str) -> Text:
    """A text that reads the same in both languages."""
    return Text(zh=word, en=word)


def _person(id: str, department: str, *grants: RoleGrant, left: date | None = None) -> Person:
    return Person(
        id=id,
        name=text(id),
        email=f"{id}@example.com",
        department=department,
        roles=grants,
        left=left,
        version=1,
    )


def _role(role: Role, *departments: str) -> RoleGrant:
    return RoleGrant(role=role, departments=departments)


def _department(id: str, parent: str | None, **heads: str) -> Department:
    return Department(id=id, name=text(id), parent=parent, version=1, **heads)


DEPARTMENTS: Final = (
    _department("company", None, leader="ceo"),
    _department("sales", "company", leader="leader"),
    _department("east", "sales", manager="head"),
    _department("lab", "company", manager="head_lab", leader="leader_lab"),
)
PEOPLE: Final = (
    _person("author", "east", _role(Role.MANAGER)),
    _person("colleague", "east", _role(Role.MANAGER)),
    _person("head", "east", _role(Role.MANAGER)),
    _person("leader", "sales", _role(Role.LEADER)),
    _person("deputy", "lab", _role(Role.MANAGER)),
    _person("head_lab", "lab", _role(Role.MANAGER)),
    _person("leader_lab", "company", _role(Role.LEADER)),
    _person("hr", "company", _role(Role.HR, "sales")),
    _person("hr_lab", "company", _role(Role.HR, "lab")),
    _person("hr_all", "company", _role(Role.HR)),
    _person("ceo", "company", _role(Role.EXECUTIVE)),
    _person("auditor", "company", _role(Role.AUDITOR)),
    _person("steward", "company", _role(Role.DATA_STEWARD)),
    _person("admin", "company", _role(Role.ADMIN)),
    _person("gone", "east", _role(Role.HR), _role(Role.ADMIN), left=date(2026, 1, 31)),
)
DELEGATION: Final = Delegation(
    id="d-leader", giver="leader", taker="deputy", start=EVER, end=AFTER, version=1
)
ABSENCE: Final = Absence(
    id="a-author", person="author", first=date(2026, 5, 4), last=date(2026, 5, 5), version=1
)
ORGANISATION: Final = Organisation(PEOPLE, DEPARTMENTS, [DELEGATION], [ABSENCE], today=None)

CALLERS: Final = (*(person.id for person in PEOPLE if person.left is None), "ops")
"""Everybody whom the door lets in; ``ops`` is an administrator by the deployment's settings alone."""

VERSIONS: Final = {
    Stage.DRAFTING: 1,
    Stage.HR_REVIEW: 2,
    Stage.LEADER_REVIEW: 3,
    Stage.TRACKING: 4,
    Stage.CLOSING: 5,
    Stage.SCORED: 6,
    Stage.FINAL: 7,
    Stage.MISSING: 2,
    Stage.EXEMPT: 3,
    Stage.CANCELLED: 3,
}
"""In which version the author's plan of each stage stands."""


def plan_in(stage: Stage) -> PlanRef:
    """The author's plan that stands in ``stage``: one a month."""
    return PlanRef(
        company=COMPANY, month=f"2026-{list(Stage).index(stage) + 1:02}", person="author", department="east"
    )
