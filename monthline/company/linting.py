"""The plan linter over files: which template holds for each plan, what it marks, and where that is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monthline.company.crosschecks import check_author
from monthline.company.files import CompanyFiles
from monthline.company.plans import PlanFile, WrittenPlan, read_plan
from monthline.company.problems import UNKNOWN, CompanyInvalid, Path, Place, Problem
from services.plans.domain.lint.case import Case, Kpi
from services.plans.domain.lint.linter import blocking, lint
from shared.contracts.plan import Finding, Template
from shared.locale.catalogue import sentence

_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class Linted:
    """One plan file and what the linter found in it."""

    name: str
    written: WrittenPlan
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether the plan could not be submitted."""
        return bool(blocking(self.findings))

    def place(self, finding: Finding) -> Place:
        """Where in the file the finding is; findings about a category are about the whole file."""
        path = _steps(finding.path)
        return self.written.document.place(path) if path[0] == "items" else Place(self.name)


def lint_files(company: CompanyFiles, files: Mapping[str, bytes]) -> tuple[Linted, ...]:
    """Every plan in ``files`` against the template of its author's department.

    Raises:
        CompanyInvalid: a file is no plan, or one of nobody in the company.
    """
    found: list[Problem] = []
    plans = {name: read_plan(name, data, found) for name, data in files.items()}
    linted = [
        each
        for name, written in plans.items()
        if written is not None
        for each in _linted(name, written, company, found)
    ]
    if found:
        raise CompanyInvalid(found)
    return tuple(linted)


def _linted(name: str, written: WrittenPlan, company: CompanyFiles, found: list[Problem]) -> Iterator[Linted]:
    before = len(found)
    found += check_author(written, company.organisation)
    person = company.organisation.person(written.plan.person)
    if person is None or len(found) > before:
        return
    template = company.template_for(person.department)
    if template is None:
        said = sentence("company.template.none", name=person.department)
        found.append(Problem(written.document.place(("person",)), UNKNOWN, said))
        return
    yield Linted(name, written, lint(case_of(written.plan, template, company)))


def case_of(plan: PlanFile, template: Template, company: CompanyFiles) -> Case:
    """A plan file with what the company's files say around it."""
    kpis = {each.id: Kpi(each.unit, each.direction, each.owner) for each in company.metrics}
    return Case(content=plan.content, template=template, month=plan.month, kpis=kpis)


def _steps(path: str) -> Path:
    """``items[0].measure`` as the steps into a document."""
    return tuple(int(step) if step.isdecimal() else step for step in _STEP.findall(path))
