"""How the author's plans came to their stages, written as the services themselves write it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update

from services.notify.domain.values import Channel
from services.notify.store import tables as notify_tables
from services.plans.activities import PlansActivitiesImpl
from services.plans.store import drafts, templates
from services.plans.store.tables import ORG as PLAN_ORG
from services.plans.store.tables import plans as plan_table
from services.review.activities import ReviewActivitiesImpl
from services.review.store import plans as reviewed_plans
from services.scoring.activities import ScoringActivitiesImpl
from services.scoring.domain.metrics import Metric
from services.scoring.store import metrics
from services.scoring.store import plans as scored_plans
from shared.contracts.calendar import Deadline
from shared.contracts.events import StageEntered
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command
from shared.contracts.plan import Submission
from shared.contracts.plans import OpenPlan, SubmitPlan
from shared.contracts.review import OpenRound, RecordDecision
from shared.contracts.scoring import ScorePlan
from shared.contracts.words import Milestone, Move, Party, Stage
from shared.org.copy import OrgCache
from shared.store.db import Database
from tests.attacks.company import VERSIONS, plan_in, text
from tests.support.build import lifecycle_input
from tests.unit.services.plans.build import GOOD, blocked_by, category, template
from tests.unit.services.scoring.test_score import month

FAR = datetime.now(UTC) + timedelta(days=30)
NEVER_SUBMITTED = frozenset({Stage.DRAFTING, Stage.MISSING})
REVIEWED = tuple(stage for stage in Stage if stage not in NEVER_SUBMITTED)
SCORED = (Stage.SCORED, Stage.FINAL)


def deadline(milestone: Milestone) -> Deadline:
    """A month from now."""
    return Deadline(
        milestone=milestone,
        local=FAR.replace(tzinfo=None),
        zone="UTC",
        instant=FAR,
        calendar_version=1,
    )


def given(move: Move, plan: PlanRef, version: int, actor: str, party: Party) -> Command:
    """A command that was carried out long ago."""
    return Command(
        command_id=f"{actor}:{plan.month}-{version}",
        move=move,
        plan=plan,
        actor=actor,
        party=party,
        expected_version=version,
    )


def entered(plan: PlanRef, stage: Stage) -> StageEntered:
    """The news that a plan stands in ``stage``."""
    return StageEntered(
        plan=plan,
        move=Move.CLOSE,
        actor=plan.person,
        stage=stage,
        version=VERSIONS[stage],
        at=datetime.now(UTC),
    )


async def write_plans(database: Database) -> dict[Stage, Submission]:
    """A plan in every stage; what was submitted of those that were."""
    activities = PlansActivitiesImpl(database, OrgCache(database, PLAN_ORG, age=0))
    async with database.transaction() as connection:
        lenient = blocked_by()
        company = template([category("core")], department="company", severities=lenient)
        await templates.publish(connection, company, "hr_all")
        await templates.publish(connection, template(severities=lenient), "hr_all")
    return {stage: found for stage in Stage if (found := await _write_plan(database, activities, stage))}


async def _write_plan(database: Database, activities: PlansActivitiesImpl, stage: Stage) -> Submission | None:
    plan, submission = plan_in(stage), None
    await activities.open(
        OpenPlan(
            command_id=f"plan:{plan.plan_id}:drafting_opens:open",
            given=lifecycle_input(plan=plan, zone="UTC"),
            deadline=deadline(Milestone.DRAFT_DUE),
        )
    )
    async with database.transaction() as connection:
        await drafts.write(connection, plan.plan_id, GOOD)
    if stage not in NEVER_SUBMITTED:
        command = given(Move.SUBMIT, plan, 1, "author", Party.AUTHOR)
        due = deadline(Milestone.HR_REVIEW_DUE)
        submission = (await activities.submit(SubmitPlan(command=command, deadline=due))).submission
    async with database.transaction() as connection:
        standing = {"stage": stage.value, "version": VERSIONS[stage]}
        await connection.execute(update(plan_table).where(plan_table.c.id == plan.plan_id).values(standing))
    return submission


async def hold_reviews(database: Database, submissions: dict[Stage, Submission]) -> None:
    """Rounds that wait where the plan is in review, and decided ones where it is past it."""
    reviews = ReviewActivitiesImpl(database)
    for stage, submission in submissions.items():
        opened = deadline(Milestone.HR_REVIEW_DUE)
        await reviews.open_round(
            OpenRound(submission=submission, stage=Stage.HR_REVIEW, plan_version=2, deadline=opened)
        )
        if stage is not Stage.HR_REVIEW:
            await _decide(reviews, plan_in(stage), Stage.HR_REVIEW, 2, "hr")
        if stage not in (Stage.HR_REVIEW, Stage.LEADER_REVIEW):
            await _decide(reviews, plan_in(stage), Stage.LEADER_REVIEW, 3, "leader")
        async with database.transaction() as connection:
            await reviewed_plans.keep(connection, entered(plan_in(stage), stage))


async def _decide(
    reviews: ReviewActivitiesImpl, plan: PlanRef, stage: Stage, version: int, actor: str
) -> None:
    following = Stage.LEADER_REVIEW if stage is Stage.HR_REVIEW else None
    await reviews.record_decision(
        RecordDecision(
            command=given(Move.APPROVE, plan, version, actor, Party.REVIEWER),
            stage=stage,
            next_stage=following,
            next_deadline=deadline(Milestone.LEADER_REVIEW_DUE) if following else None,
        )
    )


async def give_scores(database: Database) -> None:
    """Scores of the plans that have come so far, and a metric of sales."""
    figures = month((40, 20, 15, 25), (80, 50, 0, 80))
    for stage in SCORED:
        closed = figures.model_copy(update={"plan": plan_in(stage)})
        await ScoringActivitiesImpl(database).score(
            ScorePlan(
                command_id=f"close:{stage}",
                closed=closed,
                plan_version=VERSIONS[Stage.CLOSING],
                confirmation=deadline(Milestone.CONFIRMATION_DUE),
            )
        )
        async with database.transaction() as connection:
            await scored_plans.keep(connection, entered(plan_in(stage), stage))
    metric = Metric(id="rate", name=text("rate"), unit="%", owner="sales", source="crm")
    async with database.transaction() as connection:
        await metrics.define(connection, metric, "steward")


async def send_messages(database: Database, webhooks: tuple[str, ...]) -> None:
    """A message and a failed mail of the author's plan, and webhooks of these ids."""
    plan = plan_in(Stage.HR_REVIEW).plan_id
    message = {
        "recipient": "author",
        "reason": "r1",
        "template": "approved",
        "language": "en",
        "subject": "S",
        "lines": ["one"],
        "plan_id": plan,
    }
    delivery = {
        "channel": Channel.MAIL.value,
        "lane": "mail",
        "target": "author",
        "event_id": "e1",
        "subject": "monthline.plans.stage_entered.v1",
        "plan_id": plan,
        "department": "east",
        "state": "failed",
        "attempts": 10,
        "next_at": None,
        "last_error": "no",
    }
    kept = {"url": "https://hooks.example/x", "events": ["monthline.>"], "secret": "whsec_" + "a" * 44}
    async with database.transaction() as connection:
        await connection.execute(insert(notify_tables.messages).values(message))
        await connection.execute(insert(notify_tables.deliveries).values(delivery))
        await connection.execute(insert(notify_tables.webhooks), [{"id": name, **kept} for name in webhooks])
