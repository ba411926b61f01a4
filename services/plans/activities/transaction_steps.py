"""The steps that activities are made of, each inside the transaction its caller has opened."""

from collections.abc import Iterable, Sequence

from services.plans.domain import moves
from services.plans.domain.actuals import fed_metrics, freeze
from services.plans.domain.authority import of_hr, require_actor, require_ender
from services.plans.domain.ledger import FIRST, ChainedLine, chained
from services.plans.domain.lint.linter import blocking, lint
from services.plans.domain.moves import MoveFacts
from services.plans.domain.notices import of_rung
from services.plans.domain.rungs import Recipient, reporting_week
from services.plans.domain.templates import effective
from services.plans.domain.versions import require_another, require_content, require_version
from services.plans.store import drafts, ledger, plans, progress, rungs, templates
from services.plans.store.cases import case_of
from services.plans.store.plans import Entering, PlanRow
from services.plans.store.tables import ORG, OUTBOX
from shared.contracts.calendar import Deadline
from shared.contracts.events import PlanClosed, PlanSubmitted, RungFired
from shared.contracts.lifecycle import Command, Moved
from shared.contracts.plan import ClosedPlan, Position, Submission
from shared.contracts.plans import MovePlan, OpenPlan
from shared.contracts.refusals import Blocked, KeyReused, NotFound, StaleVersion, Unknown, WrongStage
from shared.contracts.rungs import FireRung
from shared.contracts.scoring import Points
from shared.contracts.words import Milestone, RungOutcome, Stage
from shared.store.db import Connection, now, together


async def position(connection: Connection, request: OpenPlan) -> Position | None:
    """Where the plan stands; None when there is none yet."""
    found = await plans.find(connection, request.given.plan.plan_id)
    if found is None:
        return None
    plan = found.plan
    lines = await ledger.lines(connection, plan.id)
    return Position(
        plan=plan.ref,
        stage=plan.stage,
        version=plan.version,
        entered_at=plan.entered_at,
        deadline=plan.deadline,
        moves=tuple(_moved(line) for line in lines if line.version <= plan.version),
    )


async def position_again(connection: Connection, request: OpenPlan) -> Position:
    """Where the plan stands that another transaction has just opened."""
    found = await position(connection, request)
    if found is None:
        raise NotFound(what="plan")
    return found


async def open_new(connection: Connection, request: OpenPlan, chain: tuple[str, ...]) -> Position | None:
    """Write the plan; None when another transaction has done so in the meantime."""
    template = effective(chain, await templates.newest(connection, chain))
    if template is None:
        raise Unknown(what="template", path=f"departments.{request.given.plan.department}")
    facts = moves.opening(request, await now(connection))
    line = chained(FIRST, facts.line)
    if not await plans.open_new(connection, request, template, line):
        return None
    await together(
        connection,
        draft=drafts.begun(facts.plan.plan_id),
        given=plans.begun(request.given),
        line=ledger.appended(line),
        letters=OUTBOX.letters_of(connection, facts.event),
    )
    return Position(
        plan=facts.plan,
        stage=facts.stage,
        version=facts.version,
        entered_at=facts.at,
        deadline=facts.deadline,
    )


async def score_of(connection: Connection, plan: PlanRow, request: MovePlan) -> Points | None:
    """The score of a plan that comes to scored, or to an end with one; read for the latter alone."""
    if request.stage is not Stage.FINAL:
        return request.score
    return await ledger.score_on_entering(connection, plan.id, Stage.SCORED)


def facts_of(
    plan: PlanRow, command: Command, stage: Stage, deadline: Deadline | None, score: Points | None = None
) -> MoveFacts:
    """A move within a stage that starts no other deadline leaves the one that runs."""
    running = plan.deadline if stage is plan.stage else None
    return moves.carried_out(
        command,
        previous=plan.stage,
        stage=stage,
        version=plan.version,
        at=plan.moment,
        deadline=deadline or running,
        score=score,
    )


async def moved_before(connection: Connection, plan: PlanRow, command: Command) -> Moved | None:
    """The answer this command was given when it was carried out before; None when it has not been.

    The ledger is the record of commands. A plan that still has the version its mover expects has
    not carried the command out, for every move makes another version.

    Raises:
        KeyReused: the id stands for another move, which another service may have taken.
    """
    if plan.version == command.expected_version:
        return None
    line = await ledger.of_command(connection, command.command_id)
    if line is None:
        return None
    if (line.plan_id, line.move) != (plan.id, command.move):
        raise KeyReused()
    return _moved(line)


def _moved(line: ChainedLine) -> Moved:
    """The answer to the command that left a line."""
    return Moved(
        command_id=line.command_id,
        plan_id=line.plan_id,
        move=line.move,
        actor=line.actor,
        stage=line.to_stage,
        version=line.version,
        at=line.at,
    )


async def require_mover(connection: Connection, plan: PlanRow, command: Command) -> None:
    """Raises NotYourMove, OwnPlan, Forbidden or StaleVersion unless the move may be carried out now.

    Roles are read for the moves alone that nobody else judges again: reviewers are, by their own service.
    """
    require_actor(command)
    if of_hr(command):
        require_ender(command, plan.department, await ORG.load(connection))
    require_version(command.expected_version, plan.version, plan.stage)


async def submission_of(connection: Connection, plan: PlanRow, command: Command) -> Submission:
    """What is about to be frozen: the draft as it stands, if nothing in it blocks."""
    if plan.stage is not Stage.DRAFTING:
        raise WrongStage(stage=plan.stage.value, move=command.move.value)
    require_another(plan.revision)
    draft = await drafts.read(connection, plan)
    require_content(command.content_version, draft.content_version, plan.stage)
    findings = lint(case_of(plan, draft))
    if blocking(findings):
        raise Blocked(findings=[finding.model_dump(mode="json") for finding in findings])
    return Submission(
        plan=plan.ref,
        revision=plan.revision + 1,
        plan_version=plan.version + 1,
        template_version=plan.template_version,
        content=draft.content,
        categories=draft.template.categories,
        findings=findings,
    )


async def enter(
    connection: Connection, plan: PlanRow, facts: MoveFacts, freezing: Submission | None = None
) -> None:
    """Write the move into the row, the ledger and the outbox, with the revision that it freezes, if any.

    Raises:
        StaleVersion: the row is no longer the one that was locked.
        KeyReused: the ledger knows the command from another move.
    """
    line = chained(plan.ledger_hash, facts.line)
    revision = freezing.revision if freezing else plan.revision
    entering = Entering(stage=facts.stage, deadline=facts.deadline, revision=revision, line=line)
    told = (PlanSubmitted(submission=freezing),) if freezing else ()
    written = await together(
        connection,
        row=plans.entered(plan, entering),
        line=ledger.appended(line),
        letters=OUTBOX.letters_of(connection, facts.event, *told),
        **({"revision": drafts.frozen(freezing, facts.at)} if freezing else {}),
    )
    if not written["row"]:
        raise StaleVersion(expected=plan.version, current=None, stage=plan.stage.value)
    if not written["line"]:
        raise KeyReused()


async def figures(connection: Connection, plan: PlanRow) -> ClosedPlan:
    """What is about to be frozen at close: an actual for every item of the newest revision."""
    submission = (await drafts.revision(connection, plan.id)).submission
    reported = await progress.of_plan(connection, plan.id)
    fed = await progress.fed(connection, fed_metrics(submission.content), plan.ref.month)
    return ClosedPlan(
        plan=plan.ref,
        revision=submission.revision,
        content=submission.content,
        categories=submission.categories,
        actuals=freeze(submission.content, reported, fed),
    )


async def keep_figures(connection: Connection, plan: PlanRow, closed: ClosedPlan) -> None:
    """Keep the figures, and tell them."""
    await together(
        connection,
        figures=progress.kept(closed, plan.version),
        row=plans.frozen(plan),
        letters=OUTBOX.letters_of(connection, PlanClosed(closed=closed)),
    )


async def has_acted(connection: Connection, plan: PlanRow, request: FireRung) -> bool:
    """Whether the rung has nobody left to remind: the plan went on, or the week was reported on."""
    if (plan.version, plan.stage) != (request.plan_version, request.stage):
        return True
    if plan.frozen_version == plan.version:
        return True
    if request.deadline.milestone is not Milestone.PROGRESS_DUE:
        return False
    first, last = reporting_week(request.deadline.local.date())
    return await progress.any_between(connection, plan.id, first, last)


def names(told: Iterable[Recipient]) -> tuple[str, ...]:
    """The ids of those who were told."""
    return tuple(recipient.person for recipient in told)


async def keep_rung(
    connection: Connection, request: FireRung, outcome: RungOutcome, told: Sequence[Recipient]
) -> None:
    """Write a rung down and tell it; the same rung twice is one."""
    fired_at = await rungs.keep(connection, request, outcome, told)
    if fired_at is None:
        return
    await OUTBOX.tell(
        connection,
        RungFired(
            plan=request.plan,
            milestone=request.deadline.milestone,
            rung=request.rung,
            due=request.due,
            deadline=request.deadline.instant,
            fired_at=fired_at,
            recipients=names(told),
            notices=of_rung(request, told),
        ),
    )
