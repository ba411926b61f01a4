"""A sound plan's rows, to be damaged one at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monthline.audit.facts import (
    COPYING,
    Command,
    Consumer,
    Copy,
    Decided,
    Facts,
    Lifecycle,
    OutboxMessage,
    Plan,
)
from monthline.audit.invariants import broken, judge
from services.plans.domain.ledger import FIRST, ChainedLine, LedgerLine, chained
from shared.contracts.calendar import CyclePolicy, TimeScale
from shared.contracts.events import StageEntered
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import SYSTEM, Move, Role, Stage
from tests.support.build import lifecycle_input
from tests.unit.services.plans.build import PLAN, deadline

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
ID = PLAN.plan_id
MOVED = StageEntered.subject()
STEPS = (
    ("open", Move.OPEN, SYSTEM, None, Stage.DRAFTING),
    ("p017:submit-1", Move.SUBMIT, "p017", Stage.DRAFTING, Stage.HR_REVIEW),
    ("hr1:approve-1", Move.APPROVE, "hr1", Stage.HR_REVIEW, Stage.LEADER_REVIEW),
)


def lines(
    *steps: tuple[str, Move, str, Stage | None, Stage], times: Sequence[datetime] = (), **last: Any
) -> tuple[ChainedLine, ...]:
    """A chain of lines, an hour apart or at ``times``; ``last`` changes the fields of the last one."""
    found: list[ChainedLine] = []
    for version, (command_id, move, actor, before, after) in enumerate(steps, start=1):
        changes = last if version == len(steps) else {}
        line = LedgerLine(
            plan_id=ID,
            version=version,
            command_id=command_id,
            move=move,
            actor=actor,
            from_stage=before,
            to_stage=after,
            at=times[version - 1] if times else NOW - timedelta(hours=10 - version),
        ).model_copy(update=changes)
        found.append(chained(found[-1].hash if found else FIRST, line))
    return tuple(found)


def plan(**changes: Any) -> Plan:
    """The plan with its leader, version 3."""
    given: dict[str, Any] = {
        "id": ID,
        "person": "p017",
        "stage": Stage.LEADER_REVIEW,
        "version": 3,
        "deadline": deadline(day=30, month=4),
        "ledger_hash": lines(*STEPS)[-1].hash,
        "department": "east",
    }
    return Plan(**(given | changes))


def person(id: str, *roles: Role | RoleGrant) -> Person:
    """Somebody of the company; a bare role is held for every department."""
    grants = tuple(RoleGrant(role=role) if isinstance(role, Role) else role for role in roles)
    name = Text(zh=id, en=id)
    return Person(id=id, name=name, email=f"{id}@example.com", department="company", roles=grants)


def department(id: str, parent: str | None, leader: str | None) -> Department:
    """A department."""
    return Department(id=id, name=Text(zh=id, en=id), parent=parent, leader=leader)


DEPARTMENTS = (
    department("company", None, "ceo"),
    department("sales", "company", "boss1"),
    department("east", "sales", None),
    department("lab", "company", "boss2"),
)
PEOPLE = (
    person("p017", Role.MANAGER),
    person("p018", Role.MANAGER),
    person("boss1", Role.LEADER),
    person("boss2", Role.LEADER),
    person("ceo", Role.EXECUTIVE),
    person("hr1", RoleGrant(role=Role.HR, departments=("sales",))),
    person("hr2", RoleGrant(role=Role.HR, departments=("lab",))),
    person("hr9", Role.HR),
)


def command(id: str = "hr1:approve-1", service: str = "review", **changes: Any) -> Command:
    """A command that was applied."""
    given: dict[str, Any] = {
        "plan_id": ID,
        "status": "applied",
        "answer": {},
        "age": 30.0,
        "move": id.partition(":")[2].partition("-")[0],
    }
    return Command(service=service, id=id, **(given | changes))


def letter(**changes: Any) -> OutboxMessage:
    """The event of the plan's last move: it was published and asks for a notice."""
    given: dict[str, Any] = {
        "service": "plans",
        "id": "e3",
        "subject": MOVED,
        "published": True,
        "age": 60.0,
        "notices": (("hr1", "because"),),
        "plan_id": ID,
        "version": 3,
    }
    return OutboxMessage(**(given | changes))


def letters(count: int = 3, **last: Any) -> tuple[OutboxMessage, ...]:
    """The events of so many moves; ``last`` changes the fields of the last one."""
    earlier = [letter(id=f"e{version}", version=version, notices=()) for version in range(1, count)]
    return (*earlier, letter(**({"id": f"e{count}", "version": count} | last)))


def copies(stage: Stage, version: int) -> tuple[Copy, ...]:
    """What review and scoring believe."""
    return tuple(Copy(service, ID, stage, version) for service in COPYING)


def given(**policy: Any) -> LifecycleInput:
    """What its lifecycle was started with: the Chinese calendar, and no other clock than everybody's."""
    same = TimeScale(clock_start=NOW, calendar_start=NOW)
    return lifecycle_input(policy=CyclePolicy(**policy), scale=same)


def sound(**changes: Any) -> Facts:
    """Rows of which none breaks anything."""
    facts: dict[str, Any] = {
        "now": NOW,
        "plans": (plan(),),
        "lines": lines(*STEPS),
        "people": PEOPLE,
        "departments": DEPARTMENTS,
        "commands": (command("p017:submit-1", "plans"), command()),
        "decided": (Decided(ID, "hr1:approve-1", "approve", "hr1", None),),
        "letters": letters(),
        "consumers": (Consumer("notify-events", ("monthline.>",)), Consumer("review-plans", (MOVED,))),
        "listeners": {"notify-events": ("monthline.>",), "review-plans": (MOVED,)},
        "taken": {
            name: frozenset(f"e{version}" for version in range(1, 10))
            for name in ("notify-events", "review-plans")
        },
        "told": {("hr1", "because"): 1},
        "copies": copies(Stage.LEADER_REVIEW, 3),
        "lifecycles": (Lifecycle(ID, Stage.LEADER_REVIEW, 3, 1, 0),),
        "given": {ID: given()},
    }
    return Facts(**(facts | changes))


def wrong(**changes: Any) -> dict[str, list[str]]:
    """What the invariants say of the sound rows with ``changes``, by their codes."""
    found = broken(judge(sound(**changes)))
    return {code: [violation.found for violation in violations] for code, violations in found.items()}


def moved(*steps: Any, **last: Any) -> dict[str, Any]:
    """The rows of a plan that went these steps."""
    chain = lines(*steps, **last)
    here = chain[-1].to_stage
    return {
        "lines": chain,
        "plans": (plan(stage=here, version=len(chain), ledger_hash=chain[-1].hash),),
        "lifecycles": (Lifecycle(ID, here, len(chain)),) if not here.ended else (),
        "commands": (),
        "letters": letters(len(chain)),
        "copies": copies(here, len(chain)),
        "decided": tuple(
            Decided(ID, line.command_id, line.move, line.actor, line.on_behalf_of)
            for line in chain
            if line.move in (Move.APPROVE, Move.RETURN)
        ),
    }
