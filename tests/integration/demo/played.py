"""Builders of a month that has been played, for tests of its report and its checks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from monthline.company.files import CompanyFiles
from monthline.demo.checks.evidence import Evidence
from monthline.demo.outcome import Outcome, PlanOutcome
from monthline.demo.run import Played
from monthline.demo.scene import Mishap
from monthline.demo.stack import Stack
from monthline.demo.state import Memory
from monthline.demo.views import Answers, FiredRung, LedgerLine, PlanView, ScoreView, Total
from shared.contracts.calendar import TimeScale
from shared.contracts.words import SYSTEM, Milestone, Move, Rung, RungOutcome, Stage
from tests.integration.demo.office import AUTHOR, MONTH, PLAN_ID

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LEADER, HR = "p001", "p003"

Step = tuple[Move, str, Stage]

STRAIGHT: tuple[Step, ...] = (
    (Move.OPEN, SYSTEM, Stage.DRAFTING),
    (Move.SUBMIT, AUTHOR, Stage.HR_REVIEW),
    (Move.APPROVE, HR, Stage.LEADER_REVIEW),
    (Move.APPROVE, LEADER, Stage.TRACKING),
    (Move.CLOSE, SYSTEM, Stage.CLOSING),
    (Move.CLOSE, SYSTEM, Stage.SCORED),
    (Move.CONFIRM, AUTHOR, Stage.SCORED),
    (Move.CONFIRM, LEADER, Stage.FINAL),
)
NEVER: tuple[Step, ...] = (
    (Move.OPEN, SYSTEM, Stage.DRAFTING),
    (Move.MARK_MISSING, SYSTEM, Stage.MISSING),
)


def ledger(steps: tuple[Step, ...], on_behalf_of: dict[str, str] | None = None) -> tuple[LedgerLine, ...]:
    """The lines of these moves; ``on_behalf_of`` names the giver of an actor who decides as a delegate."""
    before: Stage | None = None
    lines = []
    for version, (move, actor, stage) in enumerate(steps, start=1):
        lines.append(
            LedgerLine(
                version=version,
                command_id=f"{actor}:key{version:05}",
                move=move,
                actor=actor,
                on_behalf_of=(on_behalf_of or {}).get(actor),
                from_stage=before,
                to_stage=stage,
                at=NOON,
                note="",
            )
        )
        before = stage
    return tuple(lines)


def rung(rung: Rung, milestone: Milestone = Milestone.HR_REVIEW_DUE, *told: str) -> FiredRung:
    """A rung that reached ``told``, or nobody."""
    outcome = RungOutcome.SENT if told else RungOutcome.NOBODY
    fields = {"milestone": milestone, "rung": rung, "due": NOON, "fired_at": NOON, "outcome": outcome}
    return FiredRung.model_validate(fields | {"told": told})


def score(
    total: str = "100", *, recomputes: bool = True, answers: Mapping[str, str] | None = None
) -> ScoreView:
    """A score with who answered it."""
    state: dict[str, object] = dict.fromkeys(Answers.model_fields, None) | {"dispute_open": False}
    return ScoreView(
        plan_id=PLAN_ID,
        score=Total(total=Decimal(total), band="excellent"),
        state=Answers.model_validate(state | dict(answers or {})),
        recomputes=recomputes,
        rungs=(),
    )


def plan(
    steps: tuple[Step, ...] = STRAIGHT,
    *,
    revision: int = 1,
    rungs: tuple[FiredRung, ...] = (),
    scored: ScoreView | None = None,
    on_behalf_of: dict[str, str] | None = None,
) -> PlanOutcome:
    """What came of the one plan."""
    lines = ledger(steps, on_behalf_of)
    view = PlanView(
        id=PLAN_ID,
        person=AUTHOR,
        department="sales",
        stage=lines[-1].to_stage,
        version=lines[-1].version,
        content_version=1,
        revision=revision,
    )
    return PlanOutcome(plan=view, ledger=lines, rungs=rungs, score=scored)


def outcome(company: CompanyFiles, *plans: PlanOutcome) -> Outcome:
    """The month of these plans."""
    return Outcome(
        month=MONTH,
        people={person.id: person for person in company.people},
        departments={department.id: department for department in company.departments},
        plans={one.plan.person: one for one in plans},
    )


def evidence(company: CompanyFiles, *plans: PlanOutcome, mishaps: tuple[Mishap, ...] = ()) -> Evidence:
    """The month as checks see it, on no stack: only what was read of it can be looked at."""
    scale = TimeScale(clock_start=NOON, calendar_start=NOON)
    memory = Memory(company=company.company, files="", month=MONTH, scale=scale, mishaps=mishaps)
    stack = cast("Stack", None)
    return Evidence(Played(stack, memory, scale, outcome(company, *plans)), company)
