"""What must hold between a company's files: who may plan what, and what the story tells of whom."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from monthline.company.figures import Figures
from monthline.company.plans import PlanFile, WrittenPlan
from monthline.company.problems import DUPLICATE, INVALID, UNKNOWN, Path, Problem, Source
from monthline.company.settings import WrittenTemplate
from monthline.company.story import Part, Reviewing, Story
from monthline.company.structure import Structure
from services.plans.domain.templates import effective
from shared.contracts.organisation import first_and_last
from shared.contracts.plan import Template
from shared.contracts.words import Milestone
from shared.org.organisation import Organisation


@dataclass(frozen=True)
class Together:
    """Everything read; ``templates`` and ``story`` are None when there is no telling.

    ``plans`` has those of the ``plan_files`` that could be read.
    """

    structure: Structure
    templates: tuple[WrittenTemplate, ...] | None
    figures: Figures
    plan_files: frozenset[str]
    plans: Mapping[str, WrittenPlan]
    story: tuple[Story, Source | None] | None

    def template_for(self, department: str) -> Template | None:
        """The template that holds for a department."""
        newest = {one.template.department: one.template for one in self.templates or ()}
        return effective((each.id for each in self.structure.organisation.chain(department)), newest)

    @property
    def first_plans(self) -> dict[str, WrittenPlan]:
        """The plans that nobody's story keeps for later, by file."""
        later = self.story[0].later_files if self.story else frozenset[str]()
        return {name: plan for name, plan in self.plans.items() if name not in later}


def check(read: Together) -> Iterator[Problem]:
    """Everything that does not hold."""
    for written in read.plans.values():
        if read.structure.people.readable:
            yield from check_author(written, read.structure.organisation, read.structure.people.named)
        yield from _categories(written, read)
        yield from _metrics(written, read)
    if read.story is not None:
        yield from _second_plans(read.first_plans)
        yield from _parts(*read.story, read)


def _parts(story: Story, source: Source | None, read: Together) -> Iterator[Problem]:
    if source is not None:
        for person, part in story.people.items():
            yield from _told(person, part, source, read)
        for person, authors in (story.sees or {}).items():
            yield from _seen(person, authors, source, read)


def _seen(person: str, authors: tuple[str, ...] | str, source: Source, read: Together) -> Iterator[Problem]:
    named = authors if isinstance(authors, tuple) else ()
    places: list[tuple[Path, str]] = [((), person), *(((index,), one) for index, one in enumerate(named))]
    for inner, one in places:
        if one not in read.structure.people.known:
            said = ("没有这个人", "there is no such person")
            yield _problem(source, ("sees", person, *inner), UNKNOWN, said, one)


def check_author(
    written: WrittenPlan, organisation: Organisation, named: Container[str] = ()
) -> Iterator[Problem]:
    """The plan is of somebody who writes one that month; people ``named`` in wrong rows are let pass."""
    plan = written.plan
    person = organisation.person(plan.person)
    if person is None and plan.person not in named:
        said = ("没有这个人", "there is no such person")
        yield _problem(written.document, ("person",), UNKNOWN, said, plan.person)
    elif person is not None and not person.plans_in(plan.month):
        zh, en = (
            "该月不写计划（不是 manager，或不在职）",
            "writes no plan that month (no manager, or not here)",
        )
        yield _problem(written.document, ("person",), INVALID, (zh, en), plan.person)


def _categories(written: WrittenPlan, read: Together) -> Iterator[Problem]:
    person = read.structure.organisation.person(written.plan.person)
    if person is None or person.department not in read.structure.organisation.departments:
        return
    if read.templates is None:
        return
    template = read.template_for(person.department)
    if template is None:
        said = ("部门及其上级都没有模板", "neither the department nor any above it has a template")
        yield _problem(written.document, ("person",), UNKNOWN, said, person.department)
        return
    known = {category.id for category in template.categories}
    for index, item in enumerate(written.plan.items):
        if item.category not in known:
            said = ("模板中没有这个类别", "the template has no such category")
            yield _problem(written.document, ("items", index, "category"), UNKNOWN, said, item.category)


def _metrics(written: WrittenPlan, read: Together) -> Iterator[Problem]:
    for index, item in enumerate(written.plan.items):
        metric = item.links.metric
        if metric is not None and metric not in read.figures.metrics.known:
            said = ("没有这个指标", "there is no such metric")
            yield _problem(written.document, ("items", index, "links", "metric"), UNKNOWN, said, metric)


def _second_plans(plans: Mapping[str, WrittenPlan]) -> Iterator[Problem]:
    first: dict[tuple[str, str], str] = {}
    for name, written in plans.items():
        key = (written.plan.person, written.plan.month)
        if key in first:
            said = ("此人该月已有计划", "there is a plan of this person and month already, in")
            yield _problem(written.document, ("person",), DUPLICATE, said, first[key])
        first.setdefault(key, name)


def _told(person: str, part: Part, source: Source, read: Together) -> Iterator[Problem]:
    first = [one.plan for one in read.first_plans.values() if one.plan.person == person]
    if person not in read.structure.people.known:
        yield _problem(source, ("people", person), UNKNOWN, ("没有这个人", "there is no such person"), person)
    elif not first and len(read.plans) == len(read.plan_files):
        said = ("此人没有计划文件", "there is no plan of this person")
        yield _problem(source, ("people", person), UNKNOWN, said, person)
    if part.resubmit is not None:
        yield from _comes_next(person, part.resubmit, first, source, read)
    for step, wish in (("hr", part.hr), ("leader", part.leader)):
        organisations = (read.structure.organisation.on(first_and_last(plan.month)[0]) for plan in first)
        if wish is Reviewing.DELEGATE and not all(
            _stood_in_for(person, step, each) for each in organisations
        ):
            said = ("没有委托他人代办这一步的人", "nobody has delegated this step of the plan of")
            yield _problem(source, ("people", person, step), UNKNOWN, said, person)


def _stood_in_for(author: str, step: str, organisation: Organisation) -> bool:
    """Whether somebody who decides this step of the author's plan has delegated it; true when unknown."""
    person = organisation.person(author)
    if person is None:
        return True
    leader = organisation.leader_above(author, person.department)
    givers = organisation.hr_for(person.department, exclude=author) if step == "hr" else (leader,)
    milestone = Milestone.HR_REVIEW_DUE if step == "hr" else Milestone.LEADER_REVIEW_DUE
    return any(
        organisation.deputies(giver, delegation.start, milestone, person.department)
        for giver in givers
        for delegation in organisation.delegations
        if delegation.giver == giver
    )


def _comes_next(
    person: str, name: str, first: list[PlanFile], source: Source, read: Together
) -> Iterator[Problem]:
    path = ("people", person, "resubmit")
    if name not in read.plan_files:
        yield _problem(source, path, UNKNOWN, ("没有这个文件", "there is no such file"), name)
    elif name in read.plans and first:
        plan = read.plans[name].plan
        if (plan.person, plan.month) not in {(one.person, one.month) for one in first}:
            said = ("不是此人同月的计划", "this is no plan of the same person and month")
            yield _problem(source, path, INVALID, said, name)


def _problem(source: Source, path: Path, code: str, said: tuple[str, str], what: str) -> Problem:
    zh, en = said
    return Problem(source.place(path), code, f"{zh}：{what}", f"{en}: {what}")
