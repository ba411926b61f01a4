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
from shared.locale.catalogue import sentence
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
            said = sentence("company.unknown.person", name=one)
            yield Problem(source.place(("sees", person, *inner)), UNKNOWN, said)


def check_author(
    written: WrittenPlan, organisation: Organisation, named: Container[str] = ()
) -> Iterator[Problem]:
    """The plan is of somebody who writes one that month; people ``named`` in wrong rows are let pass."""
    plan = written.plan
    person = organisation.person(plan.person)
    if person is None and plan.person not in named:
        yield Problem(
            written.document.place(("person",)), UNKNOWN, sentence("company.unknown.person", name=plan.person)
        )
    elif person is not None and not person.plans_in(plan.month):
        yield Problem(
            written.document.place(("person",)),
            INVALID,
            sentence("company.plan.no_planner", name=plan.person),
        )


def _categories(written: WrittenPlan, read: Together) -> Iterator[Problem]:
    person = read.structure.organisation.person(written.plan.person)
    if person is None or person.department not in read.structure.organisation.departments:
        return
    if read.templates is None:
        return
    template = read.template_for(person.department)
    if template is None:
        yield Problem(
            written.document.place(("person",)),
            UNKNOWN,
            sentence("company.template.missing", name=person.department),
        )
        return
    known = {category.id for category in template.categories}
    for index, item in enumerate(written.plan.items):
        if item.category not in known:
            said = sentence("company.unknown.category", name=item.category)
            yield Problem(written.document.place(("items", index, "category")), UNKNOWN, said)


def _metrics(written: WrittenPlan, read: Together) -> Iterator[Problem]:
    for index, item in enumerate(written.plan.items):
        metric = item.links.metric
        if metric is not None and metric not in read.figures.metrics.known:
            said = sentence("company.unknown.metric", name=metric)
            yield Problem(written.document.place(("items", index, "links", "metric")), UNKNOWN, said)


def _second_plans(plans: Mapping[str, WrittenPlan]) -> Iterator[Problem]:
    first: dict[tuple[str, str], str] = {}
    for name, written in plans.items():
        key = (written.plan.person, written.plan.month)
        if key in first:
            yield Problem(
                written.document.place(("person",)),
                DUPLICATE,
                sentence("company.plan.second", name=first[key]),
            )
        first.setdefault(key, name)


def _told(person: str, part: Part, source: Source, read: Together) -> Iterator[Problem]:
    first = [one.plan for one in read.first_plans.values() if one.plan.person == person]
    if person not in read.structure.people.known:
        yield Problem(
            source.place(("people", person)), UNKNOWN, sentence("company.unknown.person", name=person)
        )
    elif not first and len(read.plans) == len(read.plan_files):
        yield Problem(
            source.place(("people", person)), UNKNOWN, sentence("company.story.no_plan", name=person)
        )
    if part.resubmit is not None:
        yield from _comes_next(person, part.resubmit, first, source, read)
    for step, wish in (("hr", part.hr), ("leader", part.leader)):
        organisations = (read.structure.organisation.on(first_and_last(plan.month)[0]) for plan in first)
        if wish is Reviewing.DELEGATE and not all(
            _stood_in_for(person, step, each) for each in organisations
        ):
            said = sentence("company.story.no_delegation", name=person)
            yield Problem(source.place(("people", person, step)), UNKNOWN, said)


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
        yield Problem(source.place(path), UNKNOWN, sentence("company.unknown.file", name=name))
    elif name in read.plans and first:
        plan = read.plans[name].plan
        if (plan.person, plan.month) not in {(one.person, one.month) for one in first}:
            said = sentence("company.story.other_plan", name=name)
            yield Problem(source.place(path), INVALID, said)
