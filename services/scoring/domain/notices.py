"""The notices that scoring asks for: to whom, for which cause, and what."""

from collections.abc import Iterable

from services.scoring.domain.answers import Answered
from services.scoring.domain.leaders import Recipient
from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import Command
from shared.contracts.notices import (
    Cause,
    ConfirmationReminder,
    ConfirmationWaiting,
    DisputeAnswered,
    Notice,
    PlanNotice,
    ScoreAnnounced,
    ScoreDisputed,
    StepEscalated,
    StepOverdue,
    TimeUp,
)
from shared.contracts.rungs import FireRung
from shared.contracts.scoring import Score
from shared.contracts.words import Milestone, Move, Rung, Stage


def scored(
    score: Score, confirmation: Deadline, plan_version: int, leaders: Iterable[str]
) -> tuple[Notice, ...]:
    """A plan has a score: its author may answer it, and its leader is asked to confirm.

    The author's cause is the plan's move to scored, so that they hear of it once whoever tells it.
    """
    plan, total, band, due = score.plan, score.total, score.band, confirmation.instant
    own = ScoreAnnounced(plan=plan, score=total, band=band, due=due)
    asked = ConfirmationWaiting(plan=plan, score=total, band=band, due=due)
    reason = f"{plan.plan_id}:{Milestone.CONFIRMATION_DUE}:{plan_version + 1}:waiting"
    return (
        own.to(plan.person, f"{plan.plan_id}:moved:{plan_version + 1}"),
        *(asked.to(leader, reason) for leader in leaders),
    )


def answered(score: Score, command: Command, result: Answered, leaders: Iterable[str]) -> tuple[Notice, ...]:
    """A dispute goes to those who may answer it; its answer goes to the author."""
    plan, note, total = score.plan, command.note, score.total
    if command.move is Move.DISPUTE:
        return _to_all(ScoreDisputed(plan=plan, note=note, score=total), leaders, score.version)
    if result.answers_dispute:
        said = DisputeAnswered(plan=plan, actor=command.actor, note=note, score=total)
        return _to_all(said, (plan.person,), score.version)
    return ()


def _to_all(said: PlanNotice, people: Iterable[str], version: int) -> tuple[Notice, ...]:
    reason = f"{said.plan.plan_id}:{said.name}:{version}"
    return tuple(said.to(person, reason) for person in people)


def rung_fired(
    score: Score, request: FireRung, told: Iterable[Recipient], responsible: str | None
) -> tuple[Notice, ...]:
    """A rung of a deadline of the score, one notice per recipient."""
    milestone = request.deadline.milestone
    reason = f"{score.plan.plan_id}:{milestone}:{request.plan_version}:{request.rung}"
    late = () if responsible is None else (responsible,)
    return tuple(
        _of_rung(score, request, Cause(recipient.because), late).to(recipient.person, reason)
        for recipient in told
    )


def _of_rung(score: Score, request: FireRung, because: Cause, responsible: tuple[str, ...]) -> PlanNotice:
    plan, rung, stage = score.plan, request.rung, Stage.SCORED
    milestone, due = request.deadline.milestone, request.deadline.instant
    if rung is Rung.END_STATE:
        return TimeUp(plan=plan, milestone=milestone, stage=stage, due=due, because=because)
    if rung not in (Rung.SUPERIOR, Rung.LEADERSHIP):
        return ConfirmationReminder(plan=plan, milestone=milestone, score=score.total, due=due, rung=rung)
    kind = StepOverdue if rung is Rung.SUPERIOR else StepEscalated
    return kind(
        plan=plan,
        milestone=milestone,
        stage=stage,
        due=due,
        because=because,
        responsible=responsible,
        rung=rung,
    )
