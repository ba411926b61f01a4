"""The last look at who moves a plan, taken in the transaction that moves it."""

from shared.contracts.lifecycle import Command
from shared.contracts.refusals import Forbidden, NotYourMove, OwnPlan
from shared.contracts.words import Move, Party, Role
from shared.org.access import Action, PlanFacts, Principal, may
from shared.org.organisation import Organisation

AUTHORS_OWN = frozenset({Move.SUBMIT, Move.RECALL})
ENDING = frozenset({Move.EXEMPT, Move.CANCEL})
OTHERS_ONLY = frozenset({Move.APPROVE, Move.RETURN}) | ENDING


def require_actor(command: Command) -> None:
    """Authors alone submit and recall, nobody decides or ends their own plan; time may do either.

    Raises:
        NotYourMove: the move belongs to the author.
        OwnPlan: the author decides on their own plan, themself or for somebody else.
    """
    if command.party is Party.SYSTEM:
        return
    author = command.plan.person
    as_author = command.move in AUTHORS_OWN or command.party is Party.AUTHOR
    if as_author and command.actor != author:
        raise NotYourMove(move=command.move.value, party=Party.AUTHOR.value)
    if command.move in OTHERS_ONLY and author in (command.actor, command.on_behalf_of):
        raise OwnPlan(move=command.move.value)


def require_ender(command: Command, department: str, organisation: Organisation) -> None:
    """Whoever ends a plan may do so at this moment: a command may be carried out long after it was sent.

    Raises:
        Forbidden: they are not, or no longer, HR of the plan's department.
    """
    facts = PlanFacts(command.plan.person, department)
    if not may(Principal(command.actor, organisation), Action.END_PLAN, facts):
        raise Forbidden(needs=Role.HR.value)
