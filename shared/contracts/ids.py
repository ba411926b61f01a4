"""Names that other processes must be able to build and to read: plan ids and workflow ids."""

import hashlib
import re
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.values import Code, Month, Value

WORKFLOW_PREFIX = "plan:"
LIFECYCLE_QUEUE = "lifecycle"


PLAN_ID_FORM = "company:YYYY-MM:person:department, or company:YYYY-MM:person:department:number from 2 on"
_CODE = "[a-z0-9][a-z0-9_-]{0,39}"
_FORM = rf"{_CODE}:20[0-9]{{2}}-(0[1-9]|1[0-2]):{_CODE}:{_CODE}(:([2-9]|[1-9][0-9]))?"
_PLAN_ID = re.compile(_FORM)
PlanId = Annotated[str, StringConstraints(pattern=f"^{_FORM}$")]
"""The id of a plan, see :attr:`PlanRef.plan_id`."""


class PlanRef(Value):
    """The identity of a plan: a person's work of one month in one department (domain section 19.17).

    ``number`` tells several plans of the same person, month and department apart, such as one per project.
    """

    company: Code
    month: Month
    person: Code
    department: Code
    number: Annotated[int, Field(ge=1, le=99)] = 1

    @property
    def plan_id(self) -> str:
        """``company:month:person:department[:number]``, the plan's key in every table, path and event."""
        first = f"{self.company}:{self.month}:{self.person}:{self.department}"
        return first if self.number == 1 else f"{first}:{self.number}"

    @property
    def workflow_id(self) -> str:
        """The id of the plan's ``PlanLifecycle``."""
        return WORKFLOW_PREFIX + self.plan_id


def parse_plan_id(plan_id: str) -> PlanRef:
    """The inverse of :attr:`PlanRef.plan_id`.

    Raises:
        ValueError: the text has another form.
    """
    if _PLAN_ID.fullmatch(plan_id) is None:
        raise ValueError(f"a plan id reads {PLAN_ID_FORM}")
    company, month, person, department, *number = plan_id.split(":")
    return PlanRef(
        company=company,
        month=month,
        person=person,
        department=department,
        number=int(number[0]) if number else 1,
    )


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
