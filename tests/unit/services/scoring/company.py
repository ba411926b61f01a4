"""A small company: sales under the board, with who leads whom and who stands in for whom."""

from datetime import UTC, date, datetime, timedelta, timezone

from shared.contracts.calendar import Deadline
from shared.contracts.organisation import Absence, Delegation, Department, Person, RoleGrant
from shared.contracts.rungs import FireRung
from shared.contracts.values import Text
from shared.contracts.words import Milestone, Role, Rung, Stage
from shared.org.organisation import Organisation
from tests.unit.services.scoring.build import PLAN

AUTHOR, LEADER, DEPUTY, BOSS, CHIEF, HR, STRANGER = (
    PLAN.person,
    "leader",
    "deputy",
    "boss",
    "chief",
    "hr1",
    "stranger",
)
NOW = datetime(2026, 4, 8, 2, tzinfo=UTC)
TODAY = date(2026, 4, 8)


def person(id: str, department: str, *roles: Role, scope: tuple[str, ...] = ()) -> Person:
    """Somebody of the company."""
    grants = tuple(RoleGrant(role=role, departments=scope) for role in roles)
    name = Text(zh=f"{id}（中）", en=id)
    return Person(id=id, name=name, email=f"{id}@example.com", department=department, roles=grants, version=1)


def department(
    id: str, parent: str | None, manager: str | None = None, leader: str | None = None, version: int = 1
) -> Department:
    """A department of the company."""
    name = Text(zh=f"{id}（中）", en=id)
    return Department(id=id, name=name, parent=parent, manager=manager, leader=leader, version=version)


def delegation(giver: str, taker: str, steps: tuple[Milestone, ...] = (), id: str = "d1") -> Delegation:
    """A delegation that holds for years around every clock a test may have."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    end = datetime(2040, 1, 1, tzinfo=UTC)
    return Delegation(id=id, giver=giver, taker=taker, start=start, end=end, steps=steps, version=1)


def absence(person_id: str, day: date = TODAY) -> Absence:
    """A day's leave."""
    return Absence(id=f"a-{person_id}", person=person_id, first=day, last=day, version=1)


def company(
    *delegations: Delegation, absences: tuple[Absence, ...] = (), sales_leader: str | None = LEADER
) -> Organisation:
    """Sales with its author and leader, plant beside it, the board above both."""
    return Organisation(
        people=[
            person(AUTHOR, "sales", Role.MANAGER),
            person(LEADER, "board", Role.LEADER),
            person(DEPUTY, "plant", Role.MANAGER),
            person(BOSS, "board", Role.LEADER),
            person(CHIEF, "board", Role.EXECUTIVE),
            person(HR, "board", Role.HR),
            person(STRANGER, "plant", Role.MANAGER),
            person("steward", "plant", Role.DATA_STEWARD),
            person("plant-steward", "plant", Role.DATA_STEWARD, scope=("plant",)),
            person("auditor", "board", Role.AUDITOR),
            person("root", "board", Role.ADMIN),
        ],
        departments=[
            department("board", None, leader=BOSS),
            department("sales", "board", AUTHOR, sales_leader, version=1 if sales_leader == LEADER else 2),
            department("plant", "board", manager=DEPUTY),
        ],
        delegations=delegations,
        absences=absences,
        today=TODAY,
    )


def deadline(milestone: Milestone = Milestone.CONFIRMATION_DUE) -> Deadline:
    """Six in the evening of 10 April, in Shanghai."""
    instant = datetime(2026, 4, 10, 18, tzinfo=timezone(timedelta(hours=8)))
    return Deadline(
        milestone=milestone,
        local=instant.replace(tzinfo=None),
        zone="Asia/Shanghai",
        instant=instant,
        calendar_version=1,
    )


def firing(
    rung: Rung = Rung.DUE,
    milestone: Milestone = Milestone.CONFIRMATION_DUE,
    version: int = 9,
    day: date = TODAY,
) -> FireRung:
    """A rung of one of the score's deadlines."""
    due = deadline(milestone)
    return FireRung(
        command_id=f"plan:{PLAN.plan_id}:{milestone}:{rung}",
        plan=PLAN,
        stage=Stage.SCORED,
        plan_version=version,
        deadline=due,
        rung=rung,
        due=due.instant,
        local_date=day,
    )
