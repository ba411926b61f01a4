"""Names that other processes must be able to build and to read: plan ids and workflow ids."""

import hashlib

from pydantic import ValidationError

from shared.contracts.values import Code, Month, Value

WORKFLOW_PREFIX = "plan:"
LIFECYCLE_QUEUE = "lifecycle"


class PlanRef(Value):
    """A plan is one person's work of one month in one company; it has no name in it."""

    company: Code
    month: Month
    person: Code

    @property
    def plan_id(self) -> str:
        """``company:month:person``, the key of the plan in every table, path and event."""
        return f"{self.company}:{self.month}:{self.person}"

    @property
    def workflow_id(self) -> str:
        """The id of the plan's ``PlanLifecycle``."""
        return WORKFLOW_PREFIX + self.plan_id


def parse_plan_id(plan_id: str) -> PlanRef:
    """The inverse of :attr:`PlanRef.plan_id`.

    Raises:
        ValueError: the text is not ``company:month:person``.
    """
    parts = plan_id.split(":")
    if len(parts) != 3:
        raise ValueError("a plan id reads company:YYYY-MM:person")
    try:
        return PlanRef(company=parts[0], month=parts[1], person=parts[2])
    except ValidationError as error:
        raise ValueError("a plan id reads company:YYYY-MM:person") from error


def parse_workflow_id(workflow_id: str) -> PlanRef:
    """The inverse of :attr:`PlanRef.workflow_id`; raises ValueError for any other text."""
    if not workflow_id.startswith(WORKFLOW_PREFIX):
        raise ValueError(f"a lifecycle's workflow id starts with {WORKFLOW_PREFIX}")
    return parse_plan_id(workflow_id.removeprefix(WORKFLOW_PREFIX))


def open_month_workflow_id(company: str, month: str, people: tuple[str, ...] = ()) -> str:
    """The id of the ``OpenMonth`` of ``month``: one for everybody, and one for each set of people named."""
    named = hashlib.sha256("\n".join(sorted(set(people))).encode()).hexdigest()[:24]
    return ":".join(["open-month", company, month, *([named] if people else [])])


def schedule_id(company: str) -> str:
    """The id of the schedule that opens the company's months."""
    return f"open-month:{company}"


def command_id(service: str, actor: str, key: str) -> str:
    """The id of a command: an idempotency key belongs to the person who sent it, and to the service."""
    return f"{actor}:{service}:{key}"


def idempotency_key(command_id: str) -> str:
    """The idempotency key in a command's id; keys have no colon in them."""
    return command_id.rpartition(":")[2]


def deadline_command_id(plan_id: str, deadline: str, rung: str) -> str:
    """The id of a command that a deadline gives; the same rung twice is the same command."""
    return f"plan:{plan_id}:{deadline}:{rung}"
