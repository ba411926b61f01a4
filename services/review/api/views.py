"""How rounds, rungs and comments are shown."""

from datetime import datetime

from services.review.api.shapes import (
    ApproverView,
    CommentView,
    DecisionView,
    NextSteps,
    PersonView,
    ReviewDetail,
    RoundView,
    RungView,
    WaitingItem,
    WaitingView,
)
from services.review.domain.approvers import Approver, Resolver
from services.review.domain.decisions import leads_to
from services.review.domain.diff import diff
from services.review.domain.rounds import Decision, Round
from services.review.store.comments import Comment
from services.review.store.dossier import Dossier
from services.review.store.rungs import Fired
from shared.contracts.moves import TABLE
from shared.contracts.words import Language, Move, Stage
from shared.locale.findings import spoken
from shared.org.access import Principal
from shared.org.organisation import Organisation


def person_view(organisation: Organisation, person_id: str) -> PersonView:
    """A person by id, with their name when it is known."""
    person = organisation.person(person_id)
    return PersonView(id=person_id, name=person.name if person else None)


def item(organisation: Organisation, round_: Round, right: Approver | None) -> WaitingItem:
    """A line of the list, with the caller's right if they have one."""
    return WaitingItem(
        plan_id=round_.plan.plan_id,
        month=round_.plan.month,
        author=person_view(organisation, round_.plan.person),
        department=round_.plan.department,
        stage=round_.stage,
        revision=round_.revision,
        version=round_.plan_version,
        since=round_.opened_at,
        due=round_.deadline,
        on_behalf_of=right.on_behalf_of if right else None,
    )


def detail(caller: Principal, dossier: Dossier, at: datetime, language: Language) -> ReviewDetail:
    """The whole page of a plan's review."""
    newest = dossier.newest
    shown = dossier.submission
    before = dossier.previous
    return ReviewDetail(
        plan_id=newest.plan.plan_id,
        month=newest.plan.month,
        author=person_view(caller.organisation, newest.plan.person),
        department=newest.plan.department,
        stage=dossier.stage,
        waiting=_waiting(caller, dossier, at) if newest.waiting else None,
        revision=shown.revision,
        content=shown.content,
        categories=shown.categories,
        findings=spoken(shown.findings, language),
        previous_revision=before.revision if before else None,
        changes=diff(before.content, shown.content) if before else (),
        rounds=[_round(each) for each in dossier.rounds],
        rungs=[_rung(each) for each in dossier.rungs],
        comments=[comment_view(each) for each in dossier.comments],
    )


def comment_view(comment: Comment) -> CommentView:
    """A comment as shown."""
    return CommentView(
        id=comment.id,
        revision=comment.revision,
        author=comment.author,
        path=comment.path,
        text=comment.text,
        at=comment.at,
    )


def _waiting(caller: Principal, dossier: Dossier, at: datetime) -> WaitingView:
    round_ = dossier.newest
    resolver = Resolver(caller.organisation, at)
    right = resolver.right(round_.question, caller.id)
    return WaitingView(
        stage=round_.stage,
        version=round_.plan_version,
        approvers=[
            _approver(caller.organisation, approver) for approver in resolver.approvers(round_.question)
        ],
        since=round_.opened_at,
        due=round_.deadline,
        sent=[_rung(rung) for rung in dossier.rungs if rung.plan_version == round_.plan_version],
        next=_next_steps(round_.stage),
        may_decide=right is not None,
        on_behalf_of=right.on_behalf_of if right else None,
    )


def _approver(organisation: Organisation, approver: Approver) -> ApproverView:
    giver = approver.on_behalf_of
    return ApproverView(
        person=person_view(organisation, approver.person),
        on_behalf_of=person_view(organisation, giver) if giver else None,
    )


def _rung(rung: Fired) -> RungView:
    return RungView(
        milestone=rung.milestone,
        rung=rung.rung,
        version=rung.plan_version,
        due=rung.due,
        fired_at=rung.fired_at,
        outcome=rung.outcome,
        told=rung.told,
    )


def _round(round_: Round) -> RoundView:
    decision = round_.decision
    return RoundView(
        stage=round_.stage,
        revision=round_.revision,
        version=round_.plan_version,
        opened_at=round_.opened_at,
        closed_at=round_.closed_at,
        closed_because=round_.closed_because,
        decision=_decision(decision, round_.stage) if decision else None,
    )


def _decision(decision: Decision, stage: Stage) -> DecisionView:
    return DecisionView(
        move=decision.move,
        actor=decision.actor,
        on_behalf_of=decision.on_behalf_of,
        note=decision.note,
        to=leads_to(decision.move, stage, decision.to),
    )


def _next_steps(stage: Stage) -> NextSteps:
    """Where an approval leads, and where a return may."""
    approve = leads_to(Move.APPROVE, stage, None)
    return NextSteps(approve=approve, return_to=TABLE[Move.RETURN].targets(stage))
