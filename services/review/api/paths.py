"""What the path of a request names."""

from shared.contracts.ids import PlanRef, parse_plan_id
from shared.contracts.refusals import NotFound


def plan_named(plan_id: str) -> PlanRef:
    """The plan a path names; raises NotFound when it can name none."""
    try:
        return parse_plan_id(plan_id)
    except ValueError:
        raise NotFound(what="plan") from None
