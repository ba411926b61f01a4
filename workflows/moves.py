"""The admission of commands: what the table of moves refuses, and where an admitted command leads."""

from collections.abc import Mapping

from shared.contracts.lifecycle import Command, Moved
from shared.contracts.moves import DECIDERS, TABLE, MoveRule, Phase
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
from shared.contracts.words import SYSTEM, Party, Stage
from workflows.entity.row_state import Row

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
    targets = rule.targets(standing.stage)
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


def _check_party(rule: MoveRule, command: Command) -> None:
    author = command.plan.person
    if command.party not in rule.parties:
        raise NotYourMove(move=command.move, party=", ".join(sorted(rule.parties)))
    if command.party is Party.AUTHOR and command.actor != author:
        raise NotYourMove(move=command.move, party=Party.AUTHOR)
    if (command.party is Party.SYSTEM) != (command.actor == SYSTEM):
        raise NotYourMove(move=command.move, party=", ".join(sorted(rule.parties)))
    if command.party in DECIDERS and author in (command.actor, command.on_behalf_of):
        raise OwnPlan()
