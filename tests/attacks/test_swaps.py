"""S2, S3: somebody else's ids and keys, in path, query, body and Location, open nothing and teach nothing."""

from typing import Any

import httpx2
import pytest

from shared.contracts.ids import PlanRef
from shared.contracts.words import Stage
from shared.engine.entity_client import Unknown
from tests.attacks.company import COMPANY, VERSIONS, plan_in
from tests.attacks.house import House
from tests.attacks.rights import RIGHTS
from tests.attacks.table import OnPlan
from tests.attacks.tokens import bearer

NOWHERE = PlanRef(company=COMPANY, month="2026-03", person="nobody", department="sales").plan_id
ON_PLAN = [
    (service, name)
    for service, rows in RIGHTS.items()
    for name, row in rows.items()
    if isinstance(row, OnPlan)
]
MOVES = [
    ("plans", "submit", Stage.DRAFTING, "author", {}),
    ("plans", "recall", Stage.HR_REVIEW, "author", {}),
    ("plans", "exempt", Stage.DRAFTING, "hr", {"note": "x"}),
    ("review", "approve", Stage.HR_REVIEW, "hr", {"note": "x"}),
    ("review", "return", Stage.LEADER_REVIEW, "leader", {"note": "x"}),
    ("scoring", "confirm", Stage.SCORED, "author", {}),
    ("scoring", "dispute", Stage.SCORED, "author", {"note": "x"}),
]
FOLDERS = {"plans": "plans", "review": "reviews", "scoring": "scores"}


async def move(
    house: House, case: tuple[str, str, Stage, str, dict[str, str]], key: str, **changes: Any
) -> httpx2.Response:
    """Send the move of a case under a key, as its usual sender unless said otherwise."""
    service, verb, stage, sender, body = case
    plan = changes.get("plan", plan_in(stage).plan_id)
    headers = {"Idempotency-Key": key, "If-Match": f'"{VERSIONS[stage]}"'}
    async with house.client(service, bearer(changes.get("sender", sender))) as client:
        return await client.post(
            f"/v1/{FOLDERS[service]}/{plan}/{verb}", headers=headers, json=changes.get("body", body)
        )


def told(answer: httpx2.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All that an answer tells, but for the id of the request itself."""
    body = {name: value for name, value in answer.json().items() if name != "trace_id"}
    kept = {name: value for name, value in answer.headers.items() if name != "x-trace-id"}
    return answer.status_code, body, kept


@pytest.mark.parametrize(("service", "name"), ON_PLAN)
@pytest.mark.parametrize("stranger", ["colleague", "hr_lab", "admin"])
async def test_a_plan_that_is_not_theirs_looks_like_one_that_does_not_exist(
    house: House, service: str, name: str, stranger: str
) -> None:
    row = RIGHTS[service][name]
    asked = row.request(stranger, Stage.TRACKING)
    there = plan_in(Stage.TRACKING).plan_id
    headers = bearer(stranger) | asked.pop("headers", {})
    url, method = asked.pop("url"), name.split(" ", maxsplit=1)[0]
    async with house.client(service, headers) as client:
        real = await client.request(method, url, **asked)
        unreal = await client.request(method, url.replace(there, NOWHERE), **asked)
    assert told(real) == told(unreal)
    assert real.status_code == 404


@pytest.mark.parametrize(
    "plan_id",
    [
        "acme:2026-04:author", "acme:2026-04:author:east:x", "acme:2026-04:author:east:1", "acme:2026-04",
        "acme:2026-13:author:east", "other:2026-04:author:east", "acme:2026-04:author:sales",
        "acme:2026-04:AUTHOR:east", "acme:2026-04:author:east%00", "acme:2026-04:author:east%0A",
        "..%2f..%2fetc",
        "acme:2026-04:%27%20or%201=1--", "acme%3A2026-04%3Aauthor%3Aeast%20", "x" * 5000,
    ],
)  # fmt: skip
@pytest.mark.parametrize(("service", "folder"), FOLDERS.items())
async def test_a_text_that_is_no_plan_of_ours_is_not_found(
    house: House, service: str, folder: str, plan_id: str
) -> None:
    async with house.client(service, bearer("auditor")) as client:
        assert (await client.get(f"/v1/{folder}/{plan_id}")).status_code == 404


@pytest.mark.parametrize(
    ("service", "path", "stranger"),
    [
        ("plans", "/v1/plans?person=author", "colleague"),
        ("plans", "/v1/plans?department=east", "hr_lab"),
        ("plans", "/v1/plans?department=company", "head_lab"),
        ("plans", "/v1/plans?month=2026-04", "admin"),
        ("review", "/v1/reviews?waiting=all", "colleague"),
        ("review", "/v1/reviews?waiting=me", "hr_lab"),
        ("scoring", "/v1/scores?department=sales", "hr_lab"),
        ("scoring", "/v1/scores", "colleague"),
        ("notify", f"/v1/deliveries?plan={plan_in(Stage.HR_REVIEW).plan_id}", "hr_lab"),
        ("notify", "/v1/inbox", "leader"),
        ("directory", "/v1/absences?person=author", "colleague"),
        ("directory", "/v1/delegations?person=leader", "colleague"),
    ],
)
async def test_a_list_shows_nothing_of_others_whatever_is_asked_for(
    house: House, service: str, path: str, stranger: str
) -> None:
    async with house.client(service, bearer(stranger)) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_a_bulk_approval_teaches_nothing_of_plans_that_are_not_theirs(house: House) -> None:
    there = plan_in(Stage.HR_REVIEW).plan_id
    asked = {"plans": [{"plan_id": name, "version": 2} for name in (there, NOWHERE, "no plan")]}
    async with house.client("review", bearer("hr_lab") | {"Idempotency-Key": "bulk-0001"}) as client:
        items = (await client.post("/v1/reviews:approve", json=asked)).json()["items"]
    assert len({(item["status"], item["problem"]["code"], item["problem"]["detail"]) for item in items}) == 1
    assert items[0]["problem"]["code"] == "not_found"


@pytest.mark.parametrize("case", MOVES, ids=lambda case: case[1])
async def test_a_key_that_stands_for_another_request_is_refused(house: House, case: Any) -> None:
    key = f"again-{case[1]}"
    assert (await move(house, case, key)).status_code == 200
    again = await move(house, case, key)
    assert again.status_code == 200
    async with house.client(case[0], bearer(case[3])) as client:
        headers = {"Idempotency-Key": key, "If-Match": f'"{VERSIONS[case[2]] + 1}"'}
        path = f"/v1/{FOLDERS[case[0]]}/{plan_in(case[2]).plan_id}/{case[1]}"
        other = await client.post(path, headers=headers, json=case[4])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")
    if case[4]:
        changed = await move(house, case, key, body={"note": "another reason"})
        assert (changed.status_code, changed.json()["code"]) == (422, "idempotency.reused")


@pytest.mark.parametrize("case", MOVES, ids=lambda case: case[1])
async def test_ones_own_used_key_does_not_tell_whether_another_plan_exists(house: House, case: Any) -> None:
    """The stranger's own command on the author's plan is noted first, as if they had been somebody once."""
    service, verb, stage, sender, _ = case
    key = f"probe-{verb}"
    assert (await move(house, case, key)).status_code == 200
    async with house.databases[service].transaction() as connection:
        await connection.exec_driver_sql(
            f"update {service}.command set id = %s, actor = 'colleague', plan_id = %s,"
            " request = jsonb_set(request, '{plan,person}', '\"colleague\"') where id = %s",
            (f"colleague:{key}", f"acme:{plan_in(stage).month}:colleague", f"{sender}:{key}"),
        )
    real = await move(house, case, key, sender="colleague")
    unreal = await move(house, case, key, sender="colleague", plan=NOWHERE)
    assert told(real) == told(unreal)
    assert real.status_code == 404


@pytest.mark.parametrize("case", MOVES, ids=lambda case: case[1])
async def test_somebody_elses_key_is_worth_nothing(house: House, case: Any) -> None:
    key = f"theirs-{case[1]}"
    mine = await move(house, case, key)
    assert mine.status_code == 200
    assert (await move(house, case, key, sender="colleague")).status_code == 404
    for thief in ("colleague", "admin", "auditor"):
        async with house.client(case[0], bearer(thief)) as client:
            for stolen in (key, f"{case[3]}:{key}", f"..%2F{case[3]}:{key}"):
                assert (await client.get(f"/v1/commands/{stolen}")).status_code in (404, 422)


async def test_the_address_of_a_pending_command_is_its_senders_alone(house: House) -> None:
    case = MOVES[0]
    house.engine.trouble = Unknown()
    try:
        pending = await move(house, case, "pending-0001")
    finally:
        house.engine.trouble = None
    assert pending.status_code == 202
    location = pending.headers["Location"]
    async with house.client("plans", bearer("leader")) as client:
        assert (await client.get(location)).status_code == 404
    async with house.client("plans", bearer("author")) as client:
        assert (await client.get(location)).status_code == 200


async def test_an_id_in_the_body_that_differs_from_the_path_is_refused(house: House) -> None:
    metric = {"id": "other", "name": {"zh": "x", "en": "x"}, "unit": "%", "owner": "sales", "source": "crm"}
    async with house.client("scoring", bearer("steward")) as client:
        assert (await client.put("/v1/metrics/rate", json=metric)).status_code == 422
    person = {"id": "admin", "name": {"zh": "x", "en": "x"}, "email": "a@b.c", "department": "east"}
    async with house.client("directory", bearer("hr")) as client:
        assert (await client.put("/v1/people/author", json=person)).status_code == 422
