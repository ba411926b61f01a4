"""What scoring does for a plan's lifecycle: each activity is one transaction, and the same when repeated."""

from services.scoring.domain import notices
from services.scoring.domain.answers import Answered, Leaders, answer
from services.scoring.domain.explain import ScoreExport
from services.scoring.domain.leaders import Scoree, addressed, leaders, step_of, waits
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from services.scoring.store import policies, rungs, scores
from services.scoring.store.scores import ScoreRow
from services.scoring.store.tables import ORG, OUTBOX
from shared.contracts.events import PlanScored, ScoreAnswered, ScoringRungFired
from shared.contracts.lifecycle import Command
from shared.contracts.plan import ClosedPlan
from shared.contracts.refusals import StaleVersion, WrongStage
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.scoring import AnswerRecorded, AnswerScore, Score, Scored, ScorePlan, ScoringActivities
from shared.contracts.words import Milestone, RungOutcome, Stage
from shared.ladder.recipients import present
from shared.org.organisation import Organisation
from shared.store.db import Connection, Database, now, together


class ScoredMeanwhile(Exception):
    """Another transaction has scored the plan at the same instant; trying again finds its score."""


class ScoringActivitiesImpl(ScoringActivities):
    """Keeps the promises of scoring to the workflows, in the database it was given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def score(self, request: ScorePlan) -> Scored:
        """Score the frozen figures under the newest policy; the same plan version twice is one score."""
        plan_id = request.closed.plan.plan_id
        async with self._database.transaction() as connection:
            before = await scores.lock(connection, plan_id, request.plan_version)
            if before is not None and before.plan_version == request.plan_version:
                return _short(before.score)
            version = before.score.version + 1 if before else 1
            export = _scored(request.closed, await policies.newest(connection), version)
            if not await scores.add(
                connection, export, plan_version=request.plan_version, confirmation=request.confirmation
            ):
                raise ScoredMeanwhile(plan_id)
            await _tell_scored(connection, request, export.score)
            return _short(export.score)

    async def record_answer(self, request: AnswerScore) -> AnswerRecorded:
        """Record a confirmation or a dispute under the lock of the score it answers.

        Raises:
            WrongStage: the plan has no score.
            StaleVersion: the score is of figures that are newer than its giver has seen.
            OwnPlan, NotApprover, NotYourMove, AlreadyDecided, ReasonMissing, WindowOver: as
                :func:`services.scoring.domain.answers.answer` says.
        """
        command = request.command
        async with self._database.transaction() as connection:
            row = await scores.lock(connection, command.plan.plan_id)
            earlier = await scores.earlier_answer(connection, command.command_id)
            if earlier is not None:
                return earlier
            if row is None:
                raise WrongStage(stage=Stage.CLOSING.value, move=command.move.value)
            _check_seen(row, request.plan_version)
            organisation = await ORG.load(connection)
            result = answer(
                row.answers,
                command,
                _leaders(organisation, row, step_of(row.answers)),
                at=row.at,
                window_until=request.window_until,
            )
            recorded = _recorded(command, result)
            told = _answered(organisation, row, command, result)
            await together(
                connection,
                **scores.answered(row, command, result, recorded),
                letters=OUTBOX.letters_of(connection, told),
            )
            return recorded

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record a rung and tell those it reaches now; a score that waits no more tells nobody."""
        async with self._database.transaction() as connection:
            row = await scores.lock(connection, request.plan.plan_id)
            earlier = await rungs.find(connection, request)
            if earlier is not None:
                return earlier.answer
            if row is None or _has_acted(row, request):
                return FiredRung(outcome=RungOutcome.ACTED)
            return await _fire(connection, request, row)


def _scored(closed: ClosedPlan, policy: ScoringPolicy, version: int) -> ScoreExport:
    labels = {rule.id: rule.label for rule in closed.categories}
    return ScoreExport(score=score_plan(closed, policy, version), policy=policy, labels=labels)


def _short(score: Score) -> Scored:
    return Scored(version=score.version, total=score.total, band=score.band)


async def _tell_scored(connection: Connection, request: ScorePlan, score: Score) -> None:
    organisation = await ORG.load(connection)
    scoree = Scoree(score.plan.person, score.plan.department)
    waiting = leaders(organisation, scoree, await now(connection), Milestone.CONFIRMATION_DUE)
    told = notices.scored(score, request.confirmation, request.plan_version, waiting)
    await OUTBOX.tell(connection, PlanScored(score=score, notices=told))


def _check_seen(row: ScoreRow, plan_version: int) -> None:
    """The plan's version when its score was made is the least that somebody who saw it can name."""
    if plan_version <= row.plan_version:
        raise StaleVersion(expected=plan_version, current=row.version, stage=row.stage.value)


def _leaders(organisation: Organisation, row: ScoreRow, step: Milestone) -> Leaders:
    return leaders(organisation, Scoree(row.score.plan.person, row.score.plan.department), row.at, step)


def _recorded(command: Command, result: Answered) -> AnswerRecorded:
    return AnswerRecorded(
        command_id=command.command_id,
        disputed=result.answers.open_dispute,
        author_confirmed=result.answers.author_confirmed_by is not None,
        leader_confirmed=result.answers.leader_confirmed,
        on_behalf_of=result.on_behalf_of,
    )


def _answered(organisation: Organisation, row: ScoreRow, command: Command, result: Answered) -> ScoreAnswered:
    """The event of an answer; it asks that those be told whose turn it is now."""
    asked = _leaders(organisation, row, step_of(result.answers))
    return ScoreAnswered(
        plan=command.plan,
        move=command.move,
        actor=command.actor,
        on_behalf_of=result.on_behalf_of,
        note=command.note,
        at=row.at,
        notices=notices.answered(row.score, command, result, asked),
    )


def _has_acted(row: ScoreRow, request: FireRung) -> bool:
    """Whether the deadline has nobody left to remind: the leader has answered, or the plan went on."""
    return row.stage is not Stage.SCORED or not waits(row.answers, request.deadline.milestone)


async def _fire(connection: Connection, request: FireRung, row: ScoreRow) -> FiredRung:
    organisation = await ORG.load(connection)
    author, department = row.score.plan.person, row.score.plan.department
    meant = addressed(
        organisation, Scoree(author, department), row.at, request.deadline.milestone, request.rung
    )
    outcome, told = present(organisation, meant, request.local_date)
    if outcome is RungOutcome.POSTPONED:
        return FiredRung(outcome=outcome)
    fired_at = await rungs.record(connection, request, outcome, told)
    people = tuple(recipient.person for recipient in told)
    await OUTBOX.tell(
        connection,
        ScoringRungFired(
            plan=request.plan,
            milestone=request.deadline.milestone,
            rung=request.rung,
            due=request.due,
            deadline=request.deadline.instant,
            fired_at=fired_at,
            recipients=people,
            notices=notices.rung_fired(
                row.score, request, told, organisation.leader_above(author, department)
            ),
        ),
    )
    return FiredRung(outcome=outcome, recipients=people)
