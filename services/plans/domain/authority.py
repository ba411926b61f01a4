"""The last look at who moves a plan, taken in the transaction that moves it."""

from shared.contracts.lifecycle import Command
from shared.contracts.refusals import NotYourMove, OwnPlan
from shared.contracts.words import Move, Party

AUTHORS_OWN = frozenset({Move.SUBMIT, Move.RECALL})
OTHERS_ONLY = frozenset({Move.APPROVE, Move.RETURN, Move.EXEMPT, Move.CANCEL})


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
