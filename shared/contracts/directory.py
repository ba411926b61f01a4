"""What the directory promises the workflows."""

from abc import ABC, abstractmethod
from datetime import date
from typing import Annotated

from pydantic import Field
from temporalio import activity

from shared.contracts.calendar import WorkingDays
from shared.contracts.organisation import Zone
from shared.contracts.values import Code, Month, Value

DIRECTORY_QUEUE = "directory"


class ListPlanners(Value):
    """Who writes a plan for ``month``: everybody with the role manager who works there in it.

    ``after`` and ``limit`` page through them by person id; ``people`` narrows to those named.
    """

    month: Month
    people: tuple[Code, ...] = ()
    after: str = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Planner(Value):
    """One person who writes a plan."""

    person: Code
    department: Code
    zone: Zone


class Planners(Value):
    """One page of planners; ``total`` counts all pages."""

    planners: tuple[Planner, ...]
    total: int


class CutWorkingDays(Value):
    """Which span of the calendar is wanted, both days included."""

    first: date
    last: date


class DirectoryActivities(ABC):
    """Carried out on ``DIRECTORY_QUEUE``."""

    @activity.defn(name="directory.list_planners")
    @abstractmethod
    async def list_planners(self, request: ListPlanners) -> Planners:
        """One page of those who write a plan for a month."""

    @activity.defn(name="directory.working_days")
    @abstractmethod
    async def working_days(self, request: CutWorkingDays) -> WorkingDays:
        """The company's working days of a span, in its zone and newest version."""
