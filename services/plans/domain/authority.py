"""The last look at who moves a plan, taken in the transaction that moves it."""

from shared.contracts.lifecycle import Command
from shared.contracts.moves import PLANS, TABLE
from shared.contracts.refusals import Forbidden, NotYourMove, OwnPlan
from shared.contracts.words import Party, Role
from shared.org.access import Action, PlanFacts, Principal, may
from shared.org.organisation import Organisation


def require_actor(command: Command) -> None:
    """Authors alone make their own moves, nobody decides or ends their own plan; time may do either.

    Raises:
        NotYourMove: the move belongs to the author.
        OwnPlan: the author decides on their own plan, themself or for somebody else.
    """
    if command.party is Party.SYSTEM:
        return
    author = command.plan.person
    rule = TABLE[command.move]
    as_author = rule.of_author or command.party is Party.AUTHOR
    if as_author and command.actor != author:
        raise NotYourMove(move=command.move.value, party=Party.AUTHOR.value)
    if rule.of_others and author in (command.actor, command.on_behalf_of):
        raise OwnPlan(move=command.move.value)


def of_hr(command: Command) -> bool:
    """Whether HR makes the move: of that the plan service alone judges who may."""
    rule = TABLE[command.move]
    return rule.owner == PLANS and rule.of_others and command.party is not Party.SYSTEM


def require_ender(command: Command, department: str, organisation: Organisation) -> None:
    """Whoever ends a plan may do so at this moment: a command may be carried out long after it was sent.

    Raises:
        Forbidden: they are not, or no longer, HR of the plan's department.
    """
    facts = PlanFacts(command.plan.person, department)
    if not may(Principal(command.actor, organisation), Action.END_PLAN, facts):
        raise Forbidden(needs=Role.HR.value)
