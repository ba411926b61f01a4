"""Rights (domain section 2) as a table: role × relation × action, written out by hand."""

from datetime import date

import pytest

from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Role, Stage
from shared.org.access import Action, PlanFacts, Principal, Visibility, may, may_see, visible
from shared.org.organisation import Organisation


def person(person_id: str, department: str, *grants: RoleGrant, left: date | None = None) -> Person:
    return Person(
        id=person_id,
        name=Text(zh=person_id, en=person_id),
        email=f"{person_id}@example.com",
        department=department,
        roles=grants,
        left=left,
    )


def grant(role: Role, *departments: str) -> RoleGrant:
    return RoleGrant(role=role, departments=departments)


def department(id_: str, parent: str | None, manager: str | None, leader: str | None) -> Department:
    return Department(id=id_, name=Text(zh=id_, en=id_), parent=parent, manager=manager, leader=leader)


# company > sales > east; rd is sales' sister.
ORGANISATION = Organisation(
    people=[
        person("author", "east", grant(Role.MANAGER)),
        person("colleague", "east"),
        person("head_east", "east", grant(Role.MANAGER)),
        person("head_rd", "rd", grant(Role.MANAGER)),
        person("leader_sales", "company", grant(Role.LEADER)),
        person("leader_rd", "company", grant(Role.LEADER)),
        person("hr_sales", "company", grant(Role.HR, "sales")),
        person("hr_rd", "company", grant(Role.HR, "rd")),
        person("hr_all", "company", grant(Role.HR)),
        person("executive", "company", grant(Role.EXECUTIVE)),
        person("auditor", "company", grant(Role.AUDITOR)),
        person("steward", "company", grant(Role.DATA_STEWARD)),
        person("admin", "company", grant(Role.ADMIN)),
        person("gone", "east", grant(Role.HR), left=date(2026, 1, 31)),
        person("leaving", "east", grant(Role.HR), left=date(2026, 12, 31)),
    ],
    departments=[
        department("company", None, None, None),
        department("sales", "company", None, "leader_sales"),
        department("east", "sales", "head_east", None),
        department("rd", "company", "head_rd", "leader_rd"),
    ],
    today=date(2026, 3, 2),
)
PLAN = PlanFacts(author="author", department="east", stage=Stage.TRACKING)
EVERYBODY = [*ORGANISATION.people, "stranger", "ops"]


def principal(name: str) -> Principal:
    return Principal(name, ORGANISATION, configures=name == "ops")


SEE_EAST = {
    "author", "head_east", "leader_sales", "hr_sales", "hr_all", "executive", "auditor", "leaving",
}  # fmt: skip
MAY_COMMENT = SEE_EAST - {"auditor"}
PLAN_RIGHTS = {
    Action.READ_PLAN: SEE_EAST,
    Action.COMMENT: MAY_COMMENT,
    Action.WRITE_PLAN: {"author"},
    Action.REPORT_PROGRESS: {"author"},
    Action.END_PLAN: {"hr_sales", "hr_all", "leaving"},
}
HR = {"hr_sales", "hr_rd", "hr_all", "leaving"}
ADMIN = {"admin", "ops"}
GENERAL_RIGHTS = {
    Action.CONFIGURE_ORGANISATION: ADMIN | HR,
    Action.CONFIGURE_TEMPLATES: ADMIN | HR,
    Action.RUN_CYCLE: ADMIN | HR,
    Action.CONFIGURE_SCORING: ADMIN | HR,
    Action.FEED_METRICS: ADMIN | {"steward"},
    Action.READ_METRICS: ADMIN | HR | {"steward", "auditor"},
    Action.CONFIGURE_WEBHOOKS: ADMIN,
    Action.READ_DELIVERIES: ADMIN | HR | {"auditor", "executive"},
}


def test_every_action_has_a_row() -> None:
    assert set(PLAN_RIGHTS) | set(GENERAL_RIGHTS) == set(Action)


@pytest.mark.parametrize("action", PLAN_RIGHTS)
def test_rights_on_a_plan(action: Action) -> None:
    assert {name for name in EVERYBODY if may(principal(name), action, PLAN)} == PLAN_RIGHTS[action]


@pytest.mark.parametrize("action", GENERAL_RIGHTS)
def test_rights_that_concern_no_single_plan(action: Action) -> None:
    assert {name for name in EVERYBODY if may(principal(name), action)} == GENERAL_RIGHTS[action]


@pytest.mark.parametrize("stage", Stage)
def test_what_is_seen_does_not_depend_on_the_stage(stage: Stage) -> None:
    facts = PlanFacts(author="author", department="east", stage=stage)
    assert {name for name in EVERYBODY if may_see(principal(name), facts)} == SEE_EAST


@pytest.mark.parametrize("home", ["company", "sales", "east", "rd"])
@pytest.mark.parametrize("author", ["author", "head_rd", "leader_sales"])
def test_a_list_shows_exactly_what_a_single_read_shows(home: str, author: str) -> None:
    facts = PlanFacts(author=author, department=home)

    def listed(name: str) -> bool:
        seen: Visibility = visible(principal(name))
        return seen.everything or home in seen.departments or author in seen.people

    read = {name for name in EVERYBODY if may(principal(name), Action.READ_PLAN, facts)}
    assert {name for name in EVERYBODY if listed(name)} == read


def test_nobody_ends_their_own_plan_even_as_hr() -> None:
    own = PlanFacts(author="hr_sales", department="sales")
    assert not may(principal("hr_sales"), Action.END_PLAN, own)


def test_an_administrator_sees_and_decides_nobodys_plan() -> None:
    for name in ADMIN:
        assert not any(may(principal(name), action, PLAN) for action in PLAN_RIGHTS)


def test_whoever_has_left_is_nobody_and_an_announced_departure_changes_nothing_yet() -> None:
    assert not principal("gone").known
    assert principal("leaving").known
