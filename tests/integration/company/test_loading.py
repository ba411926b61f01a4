"""How a company is entered: checked first, in order, and every refusal told of the files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import httpx2
import pytest

from monthline.company.loading import Loaded, Patience, check_company, load_company
from monthline.company.problems import CompanyInvalid
from monthline.demo.transport import Refusal
from tests.integration.company.build import company

PATIENT = Patience()
Answer = Callable[["Asked"], httpx2.Response]


@dataclass(frozen=True)
class Asked:
    """One request as it reached the deployment."""

    method: str
    service: str
    path: str
    body: Any
    params: Mapping[str, Any]


def accepted(asked: Asked) -> httpx2.Response:
    rows = asked.body.get("records", ())
    return httpx2.Response(200, json={"rows": [{"row": row, "errors": []} for row, _ in enumerate(rows)]})


@dataclass
class Deployment:
    """A deployment that remembers what it was asked, and answers what the test wants for a path."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
    ) -> httpx2.Response:
        asked = Asked(method, service, path, json, params or {})
        self.asked.append(asked)
        return self.answers.get(path, accepted)(asked)

    @property
    def written(self) -> list[str]:
        return [
            f"{one.method} {one.service}{one.path}" for one in self.asked if not one.params.get("dry_run")
        ]


def refuses(code: str, status: int = 422, *errors: tuple[str, str], times: int | None = None) -> Answer:
    left = count() if times is None else iter(range(times))

    def answer(asked: Asked) -> httpx2.Response:
        if next(left, None) is None:
            return accepted(asked)
        told = [{"path": path, "code": inner, "message": f"about {path}"} for path, inner in errors]
        raise Refusal(
            asked.path, status, {"code": code, "detail": "no", **({"errors": told} if told else {})}
        )

    return answer


async def refusal_of(deployment: Deployment, patience: Patience = PATIENT) -> list[tuple[str, str]]:
    with pytest.raises(CompanyInvalid) as refused:
        await load_company(company(), deployment, patience=patience)
    return [(str(problem.place), problem.code) for problem in refused.value.problems]


async def test_everything_is_entered_once_in_an_order_in_which_references_hold() -> None:
    deployment = Deployment()
    loaded = await load_company(company(), deployment)
    assert deployment.written == [
        "POST directory/organisation",
        "POST directory/absences",
        "POST directory/delegations",
        "PUT plans/templates/hq",
        "PUT plans/policies/cycle",
        "PUT scoring/policies/scoring",
        "PUT scoring/metrics/growth",
        "POST scoring/metrics/values",
    ]
    assert (loaded.people, loaded.departments, loaded.metric_values) == (3, 3, 2)


async def test_every_part_is_checked_before_anything_is_written() -> None:
    deployment = Deployment()
    await load_company(company(), deployment)
    half = len(deployment.asked) // 2
    checked, entered = deployment.asked[:half], deployment.asked[half:]
    assert {one.params.get("dry_run") for one in checked} == {"true"}
    assert [replace(one, params={}) for one in checked] == entered


async def test_a_check_alone_writes_nothing() -> None:
    deployment = Deployment()
    await check_company(company(), deployment)
    assert deployment.written == []


async def test_what_the_directory_refuses_is_told_of_the_rows_and_nothing_is_written() -> None:
    errors = (("people.1.email", "request.invalid"), ("departments.2.parent", "reference.unknown"))
    deployment = Deployment({"/organisation": refuses("request.invalid", 422, *errors)})
    assert await refusal_of(deployment) == [
        ("departments.csv:4:parent", "reference.unknown"),
        ("people.csv:3:email", "request.invalid"),
    ]
    assert deployment.written == []


@pytest.mark.parametrize(
    ("path", "inner", "place"),
    [
        ("/absences", "last", "absences.csv:2:last"),
        ("/delegations", "steps.0", "delegations.csv:2:steps"),
        ("/templates/hq", "categories.0.share_min", "templates.yaml:6:9: templates.0.categories.0.share_min"),
        ("/policies/cycle", "draft.days", "policy.yaml:6:5: cycle.draft.days"),
        ("/policies/scoring", "bands", "policy.yaml:1:1"),
        ("/metrics/growth", "unit", "metrics.csv:2:unit"),
    ],
)
async def test_what_a_service_refuses_is_told_of_the_file_it_was_written_in(
    path: str, inner: str, place: str
) -> None:
    deployment = Deployment({path: refuses("request.invalid", 422, (inner, "request.invalid"))})
    assert await refusal_of(deployment) == [(place, "request.invalid")]
    assert deployment.written == []


async def test_what_several_services_refuse_is_told_at_once() -> None:
    deployment = Deployment(
        {
            "/absences": refuses("request.invalid", 422, ("last", "period.reversed")),
            "/metrics/growth": refuses("request.invalid", 422, ("unit", "request.invalid")),
        }
    )
    assert await refusal_of(deployment) == [
        ("absences.csv:2:last", "period.reversed"),
        ("metrics.csv:2:unit", "request.invalid"),
    ]
    assert deployment.written == []


async def test_an_import_that_is_cut_short_knows_what_it_has_entered() -> None:
    deployment, loaded = Deployment({"/policies/scoring": late_refusal}), Loaded()
    with pytest.raises(CompanyInvalid):
        await load_company(company(), deployment, loaded=loaded)
    assert loaded == Loaded(departments=3, people=3, absences=1, delegations=1, templates=1, policies=1)


def late_refusal(asked: Asked) -> httpx2.Response:
    """Nothing to say against it while it is only checked."""
    return accepted(asked) if asked.params else refuses("request.invalid")(asked)


async def test_a_refusal_without_places_is_told_of_the_whole_row() -> None:
    deployment = Deployment({"/delegations": refuses("duplicate", 409)})
    assert await refusal_of(deployment) == [("delegations.csv:2", "duplicate")]


async def test_refused_metric_values_are_told_row_by_row() -> None:
    def some_refused(asked: Asked) -> httpx2.Response:
        error = {"path": "record_id", "code": "record.month_taken", "message": "taken"}
        return httpx2.Response(200, json={"rows": [{"row": 0, "errors": []}, {"row": 1, "errors": [error]}]})

    deployment = Deployment({"/metrics/values": some_refused})
    assert await refusal_of(deployment) == [("metric_values.csv:3:record_id", "record.month_taken")]


async def test_a_service_that_has_not_heard_of_a_department_yet_is_asked_again() -> None:
    deployment = Deployment({"/templates/hq": refuses("reference.unknown", times=4)})
    await load_company(company(), deployment, patience=Patience(pause=0))
    assert deployment.written.count("PUT plans/templates/hq") == 4


async def test_a_service_that_never_hears_of_it_is_not_asked_for_ever() -> None:
    deployment = Deployment({"/templates/hq": refuses("reference.unknown")})
    assert await refusal_of(deployment, Patience(seconds=0.05, pause=0)) == [
        ("templates.yaml:2:5: templates.0", "reference.unknown")
    ]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_what_is_not_about_the_files_is_not_told_of_them(status: int) -> None:
    deployment = Deployment({"/organisation": refuses("auth.forbidden", status)})
    with pytest.raises(Refusal):
        await load_company(company(), deployment)


async def test_versions_are_left_to_the_services() -> None:
    deployment = Deployment()
    await load_company(company(), deployment)
    sent = deployment.asked[0].body
    assert all("version" not in each for each in (*sent["people"], *sent["departments"]))
    delegation = next(one.body for one in deployment.asked if one.path == "/delegations")
    assert not {"version", "revoked"} & set(delegation)
