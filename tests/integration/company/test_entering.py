"""The sample company enters real services whole, twice without a change, and is refused by file and line."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from monthline.company.files import CompanyFiles
from monthline.company.loading import Loaded, check_company, load_company
from monthline.company.problems import CompanyInvalid
from monthline.company.reading import read_company
from monthline.demo.transport import Refusal, Transport
from tests.integration.company.conftest import Deployment

Clients = Callable[[str], Transport]


@pytest.fixture(scope="module")
def sample() -> CompanyFiles:
    """The sample company."""
    return read_company(Path(str(files("monthline.company").joinpath("sample"))))


async def listed(client: Transport, service: str, path: str) -> list[Any]:
    answer = await client.ask("GET", service, path, params={"limit": 200})
    items: list[Any] = answer.json()["items"]
    return items


async def test_the_sample_company_is_entered_whole(sample: CompanyFiles, client: Clients) -> None:
    ops = client("ops")
    loaded = await load_company(sample, ops)
    assert loaded == Loaded(
        departments=12,
        people=40,
        delegations=1,
        absences=2,
        templates=4,
        policies=2,
        metrics=18,
        metric_values=90,
    )
    assert len(await listed(ops, "directory", "/people")) == 40
    assert len(await listed(ops, "directory", "/absences")) == 2
    assert len(await listed(ops, "plans", "/templates")) == 4
    assert len(await listed(ops, "scoring", "/metrics")) == 18
    values = await listed(ops, "scoring", "/metrics/scrap-rate-w1/values")
    assert Decimal(values[-1]["value"]) == 4
    production = (await ops.ask("GET", "plans", "/templates/workshop-1")).json()
    assert production["severities"] == {"share.category_min": "warn"}
    cycle = (await ops.ask("GET", "plans", "/policies/cycle")).json()
    assert cycle["draft"]["end_state"] == "mark_missing"


async def test_the_same_company_again_changes_nothing(
    sample: CompanyFiles, client: Clients, deployment: Deployment
) -> None:
    await load_company(sample, client("ops"))
    told = await deployment.letters()
    await load_company(sample, client("ops"))
    assert await deployment.letters() == told


async def test_a_delegation_under_a_taken_id_is_told_of_its_row(
    sample: CompanyFiles, client: Clients
) -> None:
    await load_company(sample, client("ops"))
    (given,) = sample.delegations
    changed = replace(sample, delegations=(given.model_copy(update={"taker": "p005"}),))
    with pytest.raises(CompanyInvalid) as refused:
        await load_company(changed, client("ops"))
    assert [(str(one.place), one.code) for one in refused.value.problems] == [
        ("delegations.csv:2", "duplicate")
    ]


async def test_what_the_directory_finds_wrong_is_told_of_rows_and_nothing_is_entered(
    sample: CompanyFiles, client: Clients, deployment: Deployment
) -> None:
    first, *others = sample.people
    lost = first.model_copy(update={"department": "nowhere"})
    with pytest.raises(CompanyInvalid) as refused:
        await load_company(replace(sample, people=(lost, *others)), client("ops"))
    assert [(str(one.place), one.code) for one in refused.value.problems] == [
        ("people.csv:2:department", "reference.unknown")
    ]
    assert await deployment.letters() == 0


async def test_a_value_that_another_record_gave_already_is_told_of_its_row(
    sample: CompanyFiles, client: Clients
) -> None:
    await load_company(sample, client("ops"))
    first, *others = sample.metric_values
    other = first.model_copy(update={"record_id": "another"})
    with pytest.raises(CompanyInvalid) as refused:
        await load_company(replace(sample, metric_values=(other, *others)), client("ops"))
    assert [(str(one.place), one.code) for one in refused.value.problems] == [
        ("metric_values.csv:2:record_id", "record.month_taken")
    ]


async def test_what_scoring_refuses_keeps_the_directory_and_the_plans_as_they_are(
    sample: CompanyFiles, client: Clients, deployment: Deployment
) -> None:
    await load_company(sample, client("ops"))
    told = await deployment.letters()
    person, *people = sample.people
    value, *values = sample.metric_values
    changed = replace(
        sample,
        people=(person.model_copy(update={"email": "other@yunfan.example"}), *people),
        cycle=sample.cycle.model_copy(update={"drafting_opens_before": 9}),
        metric_values=(value.model_copy(update={"record_id": "another"}), *values),
    )
    with pytest.raises(CompanyInvalid):
        await load_company(changed, client("ops"))
    assert await deployment.letters() == told
    policy = await client("ops").ask("GET", "plans", "/policies/cycle")
    assert policy.json()["drafting_opens_before"] == sample.cycle.drafting_opens_before


async def test_a_dry_run_into_an_empty_deployment_finds_nothing_wrong_and_enters_nothing(
    sample: CompanyFiles, client: Clients, deployment: Deployment
) -> None:
    await check_company(sample, client("ops"))
    assert await deployment.letters() == 0
    for service, path in (
        ("plans", "/templates"),
        ("scoring", "/metrics"),
        ("directory", "/absences"),
        ("directory", "/delegations"),
    ):
        assert await listed(client("ops"), service, path) == []


async def test_who_may_not_enter_a_company_is_told_so(sample: CompanyFiles, client: Clients) -> None:
    await load_company(sample, client("ops"))
    with pytest.raises(Refusal) as refused:
        await load_company(sample, client("p011"))
    assert refused.value.status == 403
