"""A small company and plans in review, with defaults, for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal

from services.review.domain.approvers import Question
from services.review.domain.rounds import Decision, Round
from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.organisation import Absence, Delegation, Department, Person, RoleGrant
from shared.contracts.plan import CategoryRule, Finding, Item, Measure, PlanContent, Submission
from shared.contracts.values import Text
from shared.contracts.words import Milestone, Move, Role, Severity, Stage
from shared.org.organisation import Organisation

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
TODAY = NOW.date()
HR_STEP = Question("author", "sales", Stage.HR_REVIEW)
LEADER_STEP = Question("author", "sales", Stage.LEADER_REVIEW)


def text(word: str) -> Text:
    """A text that reads the same in both languages."""
    return Text(zh=word, en=word)


def person(id: str, *grants: Role | RoleGrant, department: str = "sales", left: date | None = None) -> Person:
    """A person; a bare role is held for every department."""
    roles = tuple(RoleGrant(role=grant) if isinstance(grant, Role) else grant for grant in grants)
    return Person(
        id=id, name=text(id), email=f"{id}@example.com", department=department, roles=roles, left=left
    )


def for_departments(role: Role, *departments: str) -> RoleGrant:
    """A role held for some departments only."""
    return RoleGrant(role=role, departments=departments)


def delegation(
    giver: str,
    taker: str,
    *,
    start: datetime = datetime(2026, 3, 1, tzinfo=UTC),
    end: datetime = datetime(2026, 4, 1, tzinfo=UTC),
    steps: tuple[Milestone, ...] = (),
    departments: tuple[str, ...] = (),
) -> Delegation:
    """A delegation through March 2026."""
    return Delegation(
        id=f"{giver}-{taker}",
        giver=giver,
        taker=taker,
        start=start,
        end=end,
        steps=steps,
        departments=departments,
    )


def lasting(giver: str, taker: str) -> Delegation:
    """A delegation that holds at every instant a test may run."""
    ever, after = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    return delegation(giver, taker, start=ever, end=after)


def absence(person: str, day: date = TODAY) -> Absence:
    """One day away."""
    return Absence(id=f"{person}-away", person=person, first=day, last=day)


PEOPLE = (
    person("author", Role.MANAGER),
    person("hr1", for_departments(Role.HR, "company"), department="hr"),
    person("lead", Role.LEADER, department="company"),
    person("boss", Role.EXECUTIVE, department="company"),
    person("colleague", Role.MANAGER, department="rnd"),
    person("helper", department="rnd"),
)
DEPARTMENTS = (
    Department(id="company", name=text("company"), leader="boss"),
    Department(id="sales", name=text("sales"), parent="company", manager="author", leader="lead"),
    Department(id="hr", name=text("hr"), parent="company", manager="hrhead", leader="lead"),
    Department(id="rnd", name=text("rnd"), parent="company", manager="colleague", leader="lead"),
)


def company(
    *more: Person | Department,
    without: tuple[str, ...] = (),
    delegations: tuple[Delegation, ...] = (),
    absences: tuple[Absence, ...] = (),
) -> Organisation:
    """The small company; entries with a known id take its place."""
    people = {entry.id: entry for entry in (*PEOPLE, *more) if isinstance(entry, Person)}
    departments = {entry.id: entry for entry in (*DEPARTMENTS, *more) if isinstance(entry, Department)}
    return Organisation(
        people=[entry for id, entry in people.items() if id not in without],
        departments=departments.values(),
        delegations=delegations,
        absences=absences,
        today=TODAY,
    )


PLAN = PlanRef(company="acme", month="2026-03", person="author", department="sales")


def deadline(stage: Stage = Stage.HR_REVIEW) -> Deadline:
    """Two days to decide, until Friday 2026-03-06 at 18:00 in Shanghai."""
    leader = stage is Stage.LEADER_REVIEW
    return Deadline(
        milestone=Milestone.LEADER_REVIEW_DUE if leader else Milestone.HR_REVIEW_DUE,
        local=datetime(2026, 3, 6, 18),  # noqa: DTZ001
        zone="Asia/Shanghai",
        instant=datetime(2026, 3, 6, 10, tzinfo=UTC),
        calendar_version=3,
    )


def round_(
    stage: Stage = Stage.HR_REVIEW,
    *,
    plan_version: int = 2,
    closed_because: str = "",
    decision: Decision | None = None,
) -> Round:
    """A round of the author's plan; waiting unless told why it was closed."""
    return Round(
        id=1,
        plan=PLAN,
        stage=stage,
        revision=1,
        plan_version=plan_version,
        deadline=deadline(stage),
        opened_at=NOW,
        closed_at=NOW if closed_because else None,
        closed_because=closed_because,
        decision=decision,
    )


def decision(move: Move = Move.APPROVE, *, to: Stage | None = None) -> Decision:
    """A decision of hr1."""
    return Decision(move=move, actor="hr1", on_behalf_of=None, note="", to=to, command_id="hr1:key")


def item(id: str, share: str = "40", *, title: str = "", measure: Measure | None = None) -> Item:
    """An item of the category core."""
    return Item(id=id, category="core", title=title or id, share=Decimal(share), measure=measure)


def submission(*items: Item, revision: int = 1, plan: PlanRef = PLAN) -> Submission:
    """A frozen revision, the author's unless another plan is named."""
    return Submission(
        plan=plan,
        revision=revision,
        plan_version=2,
        template_version=1,
        content=PlanContent(items=items or (item("contracts"),)),
        categories=(CategoryRule(id="core", label=text("core")),),
        findings=(
            Finding(
                code="share.routine",
                severity=Severity.WARN,
                path="categories.routine.share",
                parameters={"share": "31", "limit": "30"},
            ),
        ),
    )
