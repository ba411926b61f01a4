"""The table of moves (domain section 8): who may move a plan from where to where, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.contracts.lifecycle import Command, Moved
from shared.contracts.refusals import (
    MonthClosed,
    MonthNotBegun,
    NotAvailable,
    NotYourMove,
    OwnPlan,
    ReasonMissing,
    TargetWrong,
    WrongStage,
)
from shared.contracts.words import ENDED, SYSTEM, Move, Party, Stage
from workflows.entity.row_state import Row

S, P = Stage, Party
OPEN_STAGES = tuple(stage for stage in Stage if stage not in ENDED)
REVIEW_STAGES = frozenset({S.HR_REVIEW, S.LEADER_REVIEW})
DECIDERS = frozenset({P.REVIEWER, P.LEADER, P.HR})
"""Parties that decide somebody else's plan; nobody is one of them for their own."""


class Phase(StrEnum):
    """Where a moment lies in a plan's month."""

    BEFORE = "before"
    RUNNING = "running"
    CLOSED = "closed"


@dataclass(frozen=True)
class Rule:
    """One move: its parties, and from each stage where it may go, the usual target first.

    ``never`` is the phase of the month in which people may not make it. ``later`` marks a move of the
    domain that this version knows and does not offer.
    """

    parties: frozenset[Party]
    targets: Mapping[Stage, tuple[Stage, ...]] = field(default_factory=dict)
    needs_reason: bool = False
    never: Phase | None = None
    later: bool = False


Targets = Mapping[Stage, Stage | tuple[Stage, ...]]


def _rule(
    parties: set[Party],
    targets: Targets,
    *,
    needs_reason: bool = False,
    never: Phase | None = None,
    later: bool = False,
) -> Rule:
    listed = {
        source: target if isinstance(target, tuple) else (target,) for source, target in targets.items()
    }
    return Rule(frozenset(parties), listed, needs_reason, never, later)


def _from_anywhere(target: Stage) -> Targets:
    return dict.fromkeys(OPEN_STAGES, target)


TABLE: Mapping[Move, Rule] = {
    Move.OPEN: _rule({P.SYSTEM}, {}),
    Move.SUBMIT: _rule({P.AUTHOR}, {S.DRAFTING: S.HR_REVIEW}, never=Phase.CLOSED),
    Move.RECALL: _rule({P.AUTHOR}, {S.HR_REVIEW: S.DRAFTING, S.LEADER_REVIEW: S.DRAFTING}),
    Move.RETURN: _rule(
        {P.REVIEWER, P.SYSTEM},
        {S.HR_REVIEW: S.DRAFTING, S.LEADER_REVIEW: (S.DRAFTING, S.HR_REVIEW)},
        needs_reason=True,
    ),
    Move.APPROVE: _rule({P.REVIEWER, P.SYSTEM}, {S.HR_REVIEW: S.LEADER_REVIEW, S.LEADER_REVIEW: S.TRACKING}),
    Move.TAKE_BACK: _rule(
        {P.REVIEWER}, {S.LEADER_REVIEW: S.HR_REVIEW, S.TRACKING: S.LEADER_REVIEW}, later=True
    ),
    Move.REASSIGN: _rule(
        {P.HR, P.REVIEWER},
        {S.HR_REVIEW: S.HR_REVIEW, S.LEADER_REVIEW: S.LEADER_REVIEW},
        later=True,
    ),
    Move.AMEND: _rule({P.AUTHOR}, {S.TRACKING: S.TRACKING}, later=True),
    Move.CLOSE: _rule({P.AUTHOR, P.SYSTEM}, {S.TRACKING: S.CLOSING, S.CLOSING: S.SCORED}, never=Phase.BEFORE),
    Move.CONFIRM: _rule({P.AUTHOR, P.LEADER}, {S.SCORED: (S.SCORED, S.FINAL)}),
    Move.CALIBRATE: _rule({P.LEADER}, {S.SCORED: S.SCORED}, needs_reason=True, later=True),
    Move.DISPUTE: _rule({P.AUTHOR}, {S.SCORED: S.SCORED}, needs_reason=True),
    Move.FINALISE: _rule({P.SYSTEM}, {S.SCORED: S.FINAL}),
    Move.REOPEN: _rule({P.HR}, {S.FINAL: S.CLOSING}, needs_reason=True, later=True),
    Move.MARK_MISSING: _rule({P.SYSTEM}, {S.DRAFTING: S.MISSING}),
    Move.EXEMPT: _rule({P.HR}, _from_anywhere(S.EXEMPT), needs_reason=True),
    Move.CANCEL: _rule({P.HR}, _from_anywhere(S.CANCELLED), needs_reason=True),
}


UNTIMELY: Mapping[Phase, type[MonthNotBegun | MonthClosed]] = {
    Phase.BEFORE: MonthNotBegun,
    Phase.CLOSED: MonthClosed,
}


Standing = Row[Stage, Moved]
"""Where a plan stands, and the last move that brought it there."""


def admit(standing: Standing, command: Command, phase: Phase = Phase.RUNNING) -> Stage:
    """The stage to which ``command`` takes the plan in this phase of its month.

    Raises:
        Refusal: one of NotAvailable, AlreadyDecided, StaleVersion, WrongStage, NotYourMove, OwnPlan,
            MonthNotBegun, MonthClosed, ReasonMissing, TargetWrong, in this order of precedence.
    """
    rule = TABLE[command.move]
    if rule.later:
        raise NotAvailable(move=command.move)
    standing.check_version(command.expected_version)
    targets = rule.targets.get(standing.stage)
    if not targets:
        raise WrongStage(stage=standing.stage, move=command.move)
    _check_party(rule, command)
    if phase is rule.never and command.party is not Party.SYSTEM:
        raise UNTIMELY[phase](move=command.move, month=command.plan.month)
    if rule.needs_reason and not command.note and command.party is not Party.SYSTEM:
        raise ReasonMissing(move=command.move)
    if command.to is not None and command.to not in targets:
        raise TargetWrong(stage=standing.stage, allowed=", ".join(targets))
    return command.to or targets[0]


def _check_party(rule: Rule, command: Command) -> None:
    author = command.plan.person
    if command.party not in rule.parties:
        raise NotYourMove(move=command.move, party=", ".join(sorted(rule.parties)))
    if command.party is Party.AUTHOR and command.actor != author:
        raise NotYourMove(move=command.move, party=Party.AUTHOR)
    if (command.party is Party.SYSTEM) != (command.actor == SYSTEM):
        raise NotYourMove(move=command.move, party=", ".join(sorted(rule.parties)))
    if command.party in DECIDERS and author in (command.actor, command.on_behalf_of):
        raise OwnPlan()
