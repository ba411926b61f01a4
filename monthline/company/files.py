"""A company as its files describe it: contract values, every reference among them checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monthline.company.plans import PlanFile
from monthline.company.problems import Source
from monthline.company.settings import Company
from monthline.company.story import Story
from services.plans.domain.templates import effective
from services.scoring.domain.metrics import Metric, MetricRecord
from services.scoring.domain.policy import ScoringPolicy
from shared.contracts.calendar import CyclePolicy
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.contracts.plan import Template
from shared.org.organisation import Organisation

Sources = Mapping[tuple[str, str], Source]
"""Where a value is written, by kind and id, such as ``("people", "p017")``."""


@dataclass(frozen=True)
class CompanyFiles:
    """A whole company.

    ``plans`` holds what each person submits first, ``later_plans`` by file name what the story submits after
    that.
    """

    company: Company
    departments: tuple[Department, ...]
    people: tuple[Person, ...]
    delegations: tuple[Delegation, ...]
    absences: tuple[Absence, ...]
    templates: tuple[Template, ...]
    cycle: CyclePolicy
    scoring: ScoringPolicy
    metrics: tuple[Metric, ...]
    metric_values: tuple[MetricRecord, ...]
    plans: tuple[PlanFile, ...]
    later_plans: Mapping[str, PlanFile]
    story: Story
    organisation: Organisation = field(compare=False)
    sources: Sources = field(repr=False, compare=False)

    @property
    def month(self) -> str | None:
        """The newest month somebody has a plan for."""
        return max((plan.month for plan in self.plans), default=None)

    def plan_of(self, person: str, month: str) -> PlanFile | None:
        """What the person submits first in that month."""
        return next((plan for plan in self.plans if (plan.person, plan.month) == (person, month)), None)

    def last_plan_of(self, person: str, month: str) -> PlanFile | None:
        """What stands in the end: the file the story submits last, else the first."""
        later = self.story.part(person).resubmit
        return self.later_plans[later] if later else self.plan_of(person, month)

    def template_for(self, department: str) -> Template | None:
        """The template that holds for a department, its own or inherited."""
        chain = (each.id for each in self.organisation.chain(department))
        return effective(chain, {template.department: template for template in self.templates})
