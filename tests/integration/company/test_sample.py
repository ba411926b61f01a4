"""The sample company: whole, as its story says, and scored to the golden numbers."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from monthline.company.files import CompanyFiles
from monthline.company.linting import case_of
from monthline.company.plans import PlanFile
from monthline.company.reading import read_company
from monthline.company.story import Closing, Part, Returned, Reviewing, Submitting
from services.plans.domain.actuals import FedValue, freeze
from services.plans.domain.lint.linter import blocking, lint
from services.plans.domain.progress import Reported
from services.scoring.domain.score import score_plan
from shared.contracts.ids import PlanRef
from shared.contracts.plan import ClosedPlan, Finding, Template
from shared.contracts.scoring import Score
from shared.contracts.words import Milestone, Role

MONTH = "2026-03"
AT = datetime(2026, 4, 1, tzinfo=UTC)


@cache
def sample() -> CompanyFiles:
    return read_company(Path(str(files("monthline.company").joinpath("sample"))))


def template_of(person: str) -> Template:
    found = sample().organisation.person(person)
    assert found is not None
    template = sample().template_for(found.department)
    assert template is not None
    return template


def findings(plan: PlanFile) -> tuple[Finding, ...]:
    return lint(case_of(plan, template_of(plan.person), sample()))


def score(person: str) -> Score:
    plan, template = sample().last_plan_of(person, MONTH), template_of(person)
    assert plan is not None
    fed = {
        value.metric: FedValue(
            metric=value.metric, month=MONTH, value=value.value, source=value.source, version=1, at=AT
        )
        for value in sample().metric_values
        if value.month == MONTH
    }
    reported = [
        Reported(number=number, entry=entry, author=person, at=AT)
        for number, entry in enumerate(plan.progress, start=1)
    ]
    closed = ClosedPlan(
        plan=PlanRef(company=sample().company.id, month=MONTH, person=person, department="sales"),
        revision=1,
        content=plan.content,
        categories=template.categories,
        actuals=freeze(plan.content, reported, fed),
    )
    return score_plan(closed, sample().scoring)


def shares_and_completions(person: str) -> list[tuple[Decimal, Decimal]]:
    return [(line.share, line.completion) for line in score(person).lines]


def exactly(*pairs: tuple[int, int]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(share), Decimal(completion)) for share, completion in pairs]


def parts() -> dict[str, Part]:
    return {plan.person: sample().story.part(plan.person) for plan in sample().plans}


SUBMITTED = sorted(person for person, part in parts().items() if part.submit is not Submitting.NEVER)


def test_it_has_twelve_departments_about_forty_people_and_fourteen_who_plan() -> None:
    company = sample()
    assert (len(company.departments), len(company.people), company.month) == (12, 40, MONTH)
    assert sorted(person.id for person in company.people if person.plans_in(MONTH)) == sorted(parts())
    assert len(parts()) == 14
    held = Counter(grant.role for person in company.people for grant in person.roles)
    assert set(held) == set(Role)
    assert held[Role.HR] == 2


@pytest.mark.parametrize("person", sorted(parts()))
def test_every_plan_is_marked_by_the_linter_as_the_story_says(person: str) -> None:
    plan = sample().plan_of(person, MONTH)
    assert plan is not None
    marked = findings(plan)
    part = sample().story.part(person)
    assert Counter(part.findings) <= Counter(finding.code for finding in marked)
    assert bool(blocking(marked)) is (part.submit is not Submitting.PASSES)


@pytest.mark.parametrize("name", sorted(sample().later_plans))
def test_every_plan_submitted_later_passes_the_linter(name: str) -> None:
    assert blocking(findings(sample().later_plans[name])) == ()


@pytest.mark.parametrize("person", SUBMITTED)
def test_every_score_is_the_one_the_story_names(person: str) -> None:
    result = score(person)
    assert result.total == sample().story.part(person).score
    assert result.provisional == ()


def test_the_golden_scores_are_among_them() -> None:
    totals = {score(person).total for person in SUBMITTED}
    assert {Decimal(100), Decimal(91), Decimal(62)} <= totals


def test_ninety_one_and_sixty_two_come_about_as_the_golden_numbers_say() -> None:
    assert shares_and_completions("p016") == exactly((45, 80), (20, 100), (15, 100), (20, 100))
    assert shares_and_completions("p012") == exactly((40, 80), (20, 50), (15, 0), (25, 80))


def test_core_thirty_under_forty_is_marked_for_hr_and_forty_five_passes() -> None:
    first, last = sample().plan_of("p016", MONTH), sample().last_plan_of("p016", MONTH)
    assert first is not None
    assert last is not None
    (mark,) = (finding for finding in findings(first) if finding.code == "share.category_min")
    assert mark.severity == "warn"
    assert (mark.parameters["share"], mark.parameters["minimum"]) == ("30", "40")
    assert "share.category_min" not in {finding.code for finding in findings(last)}


def test_the_story_holds_every_turn_a_month_can_take() -> None:
    told = list(parts().values())
    assert any(part == Part(score=Decimal(100)) for part in told)
    assert sum(part.recall for part in told) == 1
    assert sum(isinstance(part.hr, Returned) for part in told) == 1
    assert sum(part.hr is Reviewing.STALL for part in told) == 1
    assert sum(part.leader is Reviewing.STALL for part in told) == 1
    assert sum(part.leader is Reviewing.DELEGATE for part in told) == 1
    assert Counter(part.submit for part in told) == {
        Submitting.PASSES: 12,
        Submitting.REFUSED: 1,
        Submitting.NEVER: 1,
    }
    assert sum(part.dispute is not None and part.answer is not None for part in told) == 1
    assert sum(part.close is Closing.AUTHOR for part in told) == 1


def test_the_step_goes_up_for_the_author_who_leads_their_own_department() -> None:
    organisation = sample().organisation
    production = organisation.department("production")
    assert production is not None
    assert production.leader == "p005"
    assert organisation.leader_above("p005", "production") == "p001"


def test_the_delegate_may_decide_during_the_whole_review() -> None:
    (person,) = (name for name, part in parts().items() if part.leader is Reviewing.DELEGATE)
    organisation = sample().organisation
    department = organisation.people[person].department
    leader = organisation.leader_above(person, department)
    assert leader is not None
    for day in (date(2026, 2, 24), date(2026, 3, 13)):
        moment = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        assert organisation.deputies(leader, moment, Milestone.LEADER_REVIEW_DUE, department)
        assert organisation.absent(leader, day)


@pytest.mark.parametrize("person", sorted(parts()))
def test_every_plan_has_somebody_for_each_step_who_is_not_its_author(person: str) -> None:
    organisation = sample().organisation
    department = organisation.people[person].department
    leader = organisation.leader_above(person, department)
    assert leader not in (None, person)
    reviewers = organisation.hr_for(department, exclude=person)
    assert reviewers
    assert leader not in reviewers


def test_the_two_hr_reviewers_have_different_scopes() -> None:
    organisation = sample().organisation
    assert organisation.hr_for("sales-east") == ("p030",)
    assert organisation.hr_for("rd-apps") == ("p031",)
