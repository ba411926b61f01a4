"""Whose business a score is, and as whom a caller may answer it."""

from services.scoring.domain.answers import Leaders
from services.scoring.domain.leaders import Scoree, leaders, step_of
from services.scoring.store.scores import ScoreRow
from shared.contracts.ids import PlanRef, parse_plan_id
from shared.contracts.moves import TABLE
from shared.contracts.refusals import NotApprover, NotFound, NotYourMove, OwnPlan
from shared.contracts.words import Move, Party, Stage
from shared.org.access import Action, PlanFacts, Principal, may
from shared.org.organisation import Organisation


def ref_of(plan_id: str) -> PlanRef:
    """The plan that a path names; raises NotFound for a text that can name none."""
    try:
        return parse_plan_id(plan_id)
    except ValueError:
        raise NotFound(what="score") from None


def leaders_of(organisation: Organisation, row: ScoreRow) -> Leaders:
    """Who may answer the score as its leader now."""
    plan = row.score.plan
    return leaders(organisation, Scoree(plan.person, row.score.plan.department), row.at, step_of(row.answers))


def may_read(caller: Principal, row: ScoreRow) -> bool:
    """By row rights, or by being asked to answer."""
    facts = PlanFacts(row.score.plan.person, row.score.plan.department, row.stage)
    return may(caller, Action.READ_PLAN, facts) or caller.id in leaders_of(caller.organisation, row)


def party_of(caller: Principal, row: ScoreRow, move: Move) -> tuple[Party, str | None]:
    """As whom the caller makes ``move``, and on whose behalf.

    Raises:
        NotFound: the score is none of the caller's business.
        OwnPlan: the author makes a move of others.
        NotYourMove: somebody else makes a move of the author.
        NotApprover: the move is another leader's.
    """
    rule = TABLE[move]
    if caller.id == row.score.plan.person:
        if Party.AUTHOR not in rule.parties:
            raise OwnPlan(move=move.value)
        return Party.AUTHOR, None
    if not may_read(caller, row):
        raise NotFound(what="score")
    if rule.of_author:
        raise NotYourMove(move=move.value, party=Party.AUTHOR.value)
    answering = leaders_of(caller.organisation, row)
    if caller.id not in answering:
        raise NotApprover(stage=Stage.SCORED.value)
    return Party.LEADER, answering[caller.id]
