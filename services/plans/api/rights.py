"""Whether a caller may see a plan, or touch it: 404 for what is none of their business."""

from services.plans.store import plans
from services.plans.store.plans import ListedPlan, PlanRow
from shared.contracts.ids import PlanRef, parse_plan_id
from shared.contracts.moves import MoveRule
from shared.contracts.refusals import Forbidden, NotFound, NotYourMove, OwnPlan
from shared.contracts.words import Move, Party, Role
from shared.org.access import Action, PlanFacts, Principal, may
from shared.store.db import Connection


def ref_of(plan_id: str) -> PlanRef:
    """The plan that a path names; raises NotFound for a text that can name none."""
    try:
        return parse_plan_id(plan_id)
    except ValueError:
        raise NotFound(what="plan") from None


async def readable(connection: Connection, caller: Principal, plan_id: str) -> ListedPlan:
    """The plan, when the caller may read it; raises NotFound."""
    found = await plans.find(connection, ref_of(plan_id).plan_id)
    if found is None:
        raise NotFound(what="plan")
    require_readable(caller, found.plan)
    return found


def require_readable(caller: Principal, plan: PlanRow) -> None:
    """Raises NotFound when the plan is none of the caller's business."""
    if not may(caller, Action.READ_PLAN, _facts(plan)):
        raise NotFound(what="plan")


def require_author(caller: Principal, plan: PlanRow, move: str) -> None:
    """Raises NotFound when the plan is none of the caller's business, NotYourMove when it is not theirs."""
    require_readable(caller, plan)
    action = Action.REPORT_PROGRESS if move == "progress" else Action.WRITE_PLAN
    if not may(caller, action, _facts(plan)):
        raise NotYourMove(move=move, party=Party.AUTHOR.value)


def require_mover(caller: Principal, plan: PlanRow, rule: MoveRule) -> Party:
    """As whom the caller makes a move of the plan service; raises as the two below do."""
    if rule.of_author:
        require_author(caller, plan, rule.move.value)
        return Party.AUTHOR
    require_ending(caller, plan, rule.move)
    return Party.HR


def require_ending(caller: Principal, plan: PlanRow, move: Move) -> None:
    """Raises NotFound, OwnPlan or Forbidden unless HR ends somebody else's plan in its scope."""
    require_readable(caller, plan)
    if caller.id == plan.ref.person:
        raise OwnPlan(move=move.value)
    if not may(caller, Action.END_PLAN, _facts(plan)):
        raise Forbidden(needs=Role.HR.value)


def require(caller: Principal, action: Action, department: str | None = None) -> None:
    """Raises Forbidden unless the caller may configure what ``action`` names, HR in its scope alone."""
    in_scope = department is None or caller.admin or caller.has(Role.HR, department)
    if not (may(caller, action) and in_scope):
        raise Forbidden(needs=f"{Role.HR.value}, {Role.ADMIN.value}")


def _facts(plan: PlanRow) -> PlanFacts:
    return PlanFacts(plan.ref.person, plan.department, plan.stage)
