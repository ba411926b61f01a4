"""What review does for a plan's lifecycle: each activity is one transaction, and the same when repeated."""

from datetime import datetime

from services.review.domain import notices
from services.review.domain.approvers import approvers, principals
from services.review.domain.decisions import authority, check
from services.review.domain.ladder import recipients
from services.review.domain.rounds import Decision, Round, check_waiting
from services.review.store import rounds, rungs
from services.review.store.tables import COMMANDS, ORG, OUTBOX
from shared.contracts.events import (
    DecisionRecordedEvent,
    ReviewRungFired,
    RoundClosed,
    RoundOpened,
)
from shared.contracts.lifecycle import Command
from shared.contracts.notices import Notice
from shared.contracts.refusals import WrongStage
from shared.contracts.review import (
    CloseRound,
    DecisionRecorded,
    OpenRound,
    RecordDecision,
    ReviewActivities,
)
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.words import Move, Party, RungOutcome
from shared.ladder.recipients import present
from shared.org.organisation import Organisation
from shared.store.db import Connection, Database


class ReviewActivitiesImpl(ReviewActivities):
    """Keeps the promises of review to the workflows, in the database it was given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_round(self, request: OpenRound) -> None:
        """Open a round for a submission and tell its reviewers; the same round twice is one."""
        submission = request.submission
        async with self._database.transaction() as connection:
            await rounds.keep_snapshot(connection, submission)
            await rounds.supersede(connection, submission.plan, request.plan_version)
            opened = await rounds.open_round(
                connection,
                plan=submission.plan,
                stage=request.stage,
                revision=submission.revision,
                plan_version=request.plan_version,
                deadline=request.deadline,
            )
            if opened is not None:
                organisation = await ORG.load(connection)
                await OUTBOX.tell(connection, _opened(organisation, opened, opened.opened_at))

    async def record_decision(self, request: RecordDecision) -> DecisionRecorded:
        """Record a decision and open the next round, under the lock of the one it decides.

        The round keeps the id of the command that decided it, which answers the same command again;
        the command's own row is left to the desk, whose answer is the plan's move.

        Raises:
            WrongStage: no round of that stage was ever opened, or nothing is decided there.
            StaleVersion, AlreadyDecided: as :func:`check_waiting` says.
            NotApprover, OwnPlan: its giver may not decide at this instant.
            ReasonMissing, TargetWrong: the decision is incomplete.
        """
        command = request.command
        async with self._database.transaction() as connection:
            found = await rounds.lock(connection, command.plan, request.stage, command.command_id)
            if found is None:
                raise WrongStage(stage=request.stage.value, move=command.move.value)
            round_, at = found
            decision = round_.decision
            if decision is None or decision.command_id != command.command_id:
                check_waiting(round_, command.expected_version)
                organisation = await ORG.load(connection)
                decision = _decision(organisation, round_, command, at)
                await _decide(connection, organisation, round_, decision, request)
        return DecisionRecorded(command_id=command.command_id, on_behalf_of=decision.on_behalf_of)

    async def close_round(self, request: CloseRound) -> None:
        """Close the waiting round, once per command: a late repetition leaves a newer round alone."""
        async with self._database.transaction() as connection:
            if await COMMANDS.claim(connection, request.command_id, {}) is not None:
                return
            closed = await rounds.close(connection, request.plan, request.reason)
            if closed is not None:
                await OUTBOX.tell(connection, await _closed(connection, closed))

    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record a rung and tell those it reaches now; a plan that waits no more tells nobody."""
        async with self._database.transaction() as connection:
            found = await rounds.waiting_round(connection, request.plan, request.plan_version)
            earlier = await rungs.find(connection, request)
            if earlier is not None:
                return _fired(earlier)
            if found is None:
                return FiredRung(outcome=RungOutcome.ACTED)
            return await _fire(connection, request, *found)


def _decision(organisation: Organisation, round_: Round, command: Command, at: datetime) -> Decision:
    """The decision that the command asks for, if its giver may take it; policy needs nobody's leave."""
    on_behalf_of = None
    if command.party is not Party.SYSTEM:
        on_behalf_of = authority(organisation, round_.question, command.actor, at)
        check(command.move, round_.stage, command.note, command.to)
    return Decision(
        move=command.move,
        actor=command.actor,
        on_behalf_of=on_behalf_of,
        note=command.note,
        to=command.to,
        command_id=command.command_id,
    )


async def _decide(
    connection: Connection,
    organisation: Organisation,
    round_: Round,
    decision: Decision,
    request: RecordDecision,
) -> None:
    at = await rounds.decide(connection, round_, decision)
    told = DecisionRecordedEvent(
        plan=round_.plan,
        stage=round_.stage,
        decision=decision.move,
        actor=decision.actor,
        on_behalf_of=decision.on_behalf_of,
        note=decision.note,
        at=at,
    )
    following = await _open_next(connection, round_, request)
    await OUTBOX.tell(connection, told, *(_opened(organisation, each, at) for each in following))


async def _open_next(connection: Connection, round_: Round, request: RecordDecision) -> tuple[Round, ...]:
    """The round that the decision leads to, on the same revision and the plan's next version."""
    if request.next_stage is None or request.next_deadline is None:
        return ()
    opened = await rounds.open_round(
        connection,
        plan=round_.plan,
        stage=request.next_stage,
        revision=round_.revision,
        plan_version=round_.plan_version + 1,
        deadline=request.next_deadline,
    )
    return (opened,) if opened else ()


def _opened(organisation: Organisation, round_: Round, at: datetime) -> RoundOpened:
    """The event of an opened round; it asks that everybody who may decide it be told."""
    people = [approver.person for approver in approvers(organisation, round_.question, at)]
    return RoundOpened(
        plan=round_.plan,
        stage=round_.stage,
        revision=round_.revision,
        due=round_.deadline.instant,
        notices=notices.waiting(round_, people),
    )


async def _closed(connection: Connection, round_: Round) -> RoundClosed:
    """The event of a round closed without a decision; a recall is told to those it waited for."""
    at = round_.closed_at or round_.opened_at
    told: tuple[Notice, ...] = ()
    if round_.closed_because == Move.RECALL:
        organisation = await ORG.load(connection)
        people = [approver.person for approver in approvers(organisation, round_.question, at)]
        told = notices.recalled(round_, people)
    return RoundClosed(
        plan=round_.plan,
        stage=round_.stage,
        reason=round_.closed_because,
        at=at,
        notices=told,
    )


async def _fire(connection: Connection, request: FireRung, round_: Round, at: datetime) -> FiredRung:
    organisation = await ORG.load(connection)
    chosen = recipients(organisation, round_.question, request.rung, at)
    outcome, told = present(organisation, chosen, request.local_date)
    if outcome is RungOutcome.POSTPONED:
        return FiredRung(outcome=outcome)
    fired_at = await rungs.record(connection, request, outcome, told)
    people = tuple(recipient.person for recipient in told)
    await OUTBOX.tell(
        connection,
        ReviewRungFired(
            plan=request.plan,
            milestone=request.deadline.milestone,
            rung=request.rung,
            due=request.due,
            deadline=request.deadline.instant,
            fired_at=fired_at,
            recipients=people,
            notices=notices.rung_fired(round_, request.rung, told, principals(organisation, round_.question)),
        ),
    )
    return FiredRung(outcome=outcome, recipients=people)


def _fired(rung: rungs.Fired) -> FiredRung:
    return FiredRung(outcome=rung.outcome, recipients=tuple(each.person for each in rung.told))
