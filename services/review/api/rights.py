"""Who may read and comment on a review: row rights, and everybody whose decision it waits for."""

from datetime import datetime

from services.review.domain.approvers import Resolver
from services.review.domain.rounds import Round
from services.review.store.dossier import Dossier
from shared.contracts.refusals import Forbidden, NotFound
from shared.contracts.words import Role
from shared.org.access import Action, PlanFacts, Principal, may


def may_read(caller: Principal, found: Dossier, at: datetime) -> bool:
    """By row rights, by being asked to decide, or by having decided."""
    return (
        may(caller, Action.READ_PLAN, facts_of(found.newest))
        or _asked(caller, found.newest, at)
        or any(each.decision is not None and each.decision.actor == caller.id for each in found.rounds)
    )


def check_may_comment(caller: Principal, round_: Round, at: datetime) -> None:
    """Whether the caller may comment.

    Raises:
        NotFound: the plan is none of the caller's business.
        Forbidden: they may read it only.
    """
    if _asked(caller, round_, at) or may(caller, Action.COMMENT, facts_of(round_)):
        return
    if may(caller, Action.READ_PLAN, facts_of(round_)):
        raise Forbidden(needs=", ".join((Role.MANAGER, Role.HR, Role.LEADER, Role.EXECUTIVE)))
    raise NotFound(what="plan")


def facts_of(round_: Round) -> PlanFacts:
    """What rights on the round's plan depend on."""
    return PlanFacts(round_.plan.person, round_.plan.department, round_.stage)


def _asked(caller: Principal, round_: Round, at: datetime) -> bool:
    """Whether the round waits for the caller."""
    return round_.waiting and Resolver(caller.organisation, at).right(round_.question, caller.id) is not None
