"""People and departments over HTTP: written, told once, read, refused."""

from typing import Any

import pytest

from tests.integration.directory.conftest import DEPARTMENTS, PEOPLE, Client, Told, facts

BOSS, HR1, LEAD, SELLER, EAST1, MAKER, WATCHER, PLAIN = PEOPLE
ROOT, SALES, EAST, RD = DEPARTMENTS
NEW = facts(SELLER, email="new@example.com", joined="2026-03-02")


async def test_a_new_person_is_kept_told_and_can_be_read(client: Client, told: Told) -> None:
    made = await client("hr1").put("/people/p100", json=NEW)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    read = await client("hr1").get("/people/p100")
    assert read.json() == made.json() == {**NEW, "id": "p100", "version": 1}
    ((subject, data),) = await told()
    assert subject == "monthline.directory.person_changed.v1"
    assert data["person"] == {**NEW, "id": "p100", "version": 1}


async def test_the_same_person_again_is_no_change_and_is_not_told(client: Client, told: Told) -> None:
    again = await client("ops").put("/people/seller", json=facts(SELLER))
    assert (again.status_code, again.json()["version"], again.headers["ETag"]) == (200, 1, '"1"')
    assert await told() == []


async def test_every_change_of_a_person_is_told_with_the_next_version(client: Client, told: Told) -> None:
    for number, left in enumerate(["2026-04-01", "2026-05-01"], start=2):
        changed = await client("hr1").put("/people/seller", json=facts(SELLER, left=left))
        assert (changed.status_code, changed.json()["version"]) == (200, number)
    assert [data["person"]["version"] for _, data in await told()] == [2, 3]


async def test_a_change_of_a_version_that_is_no_longer_current_is_refused(client: Client, told: Told) -> None:
    headers = {"If-Match": '"7"'}
    stale = await client("hr1").put("/people/seller", json=NEW, headers=headers)
    assert (stale.status_code, stale.json()["code"]) == (412, "version.stale")
    assert (stale.json()["expected"], stale.json()["current"]) == (7, 1)
    assert await told() == []
    current = await client("hr1").put("/people/seller", json=NEW, headers={"If-Match": '"1"'})
    assert current.status_code == 200


async def test_a_version_that_is_no_etag_is_refused(client: Client) -> None:
    odd = await client("hr1").put("/people/seller", json=NEW, headers={"If-Match": "newest"})
    assert (odd.status_code, odd.json()["errors"][0]["path"]) == (422, "If-Match")


async def test_a_person_of_an_unknown_department_is_refused_by_that_code(client: Client, told: Told) -> None:
    wrong = await client("ops").put("/people/p100", json=NEW | {"department": "nowhere"})
    problem = wrong.json()
    assert (wrong.status_code, problem["code"], problem["path"]) == (422, "reference.unknown", "department")
    assert problem["errors"] == [
        {"path": "department", "code": "reference.unknown", "message": "there is no such department"}
    ]
    assert await told() == []


async def test_all_that_is_wrong_with_a_person_is_told_in_the_callers_language(client: Client) -> None:
    wrong = NEW | {"department": "nowhere", "joined": "2026-03-02", "left": "2026-03-01"}
    answer = await client("ops").put("/people/p100", json=wrong, headers={"Accept-Language": "zh-CN"})
    assert answer.json()["code"] == "request.invalid"
    assert [(error["path"], error["message"]) for error in answer.json()["errors"]] == [
        ("department", "没有这个部门"),
        ("left", "结束早于开始"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"shoe": 43}, {"zone": "Mars/Olympus"}, {"email": "nobody"}, {"name": {"zh": "a\x00b", "en": "x"}}],
)
async def test_a_malformed_person_is_refused_with_the_place(client: Client, wrong: dict[str, Any]) -> None:
    answer = await client("ops").put("/people/p100", json=NEW | wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["path"].startswith(next(iter(wrong)))


@pytest.mark.parametrize("name", ["seller", "lead", "boss", "watcher", "plain"])
async def test_only_hr_and_admins_write_people_and_departments(client: Client, told: Told, name: str) -> None:
    person = await client(name).put("/people/plain", json=facts(PLAIN, language="en"))
    department = await client(name).put("/departments/rd", json=facts(RD, leader="lead"))
    assert (person.status_code, department.status_code) == (403, 403)
    assert await told() == []


async def test_a_stranger_is_turned_away(client: Client) -> None:
    assert (await client("nobody").get("/people")).status_code == 403


async def test_hr_of_a_department_writes_its_people_and_those_below_and_no_others(client: Client) -> None:
    hr = client("hr2")
    assert (await hr.put("/people/east1", json=facts(EAST1, language="en"))).status_code == 200
    assert (await hr.put("/people/maker", json=facts(MAKER, language="en"))).status_code == 403
    assert (await hr.put("/people/maker", json=facts(MAKER, department="sales"))).status_code == 403
    assert (await hr.put("/people/east1", json=facts(EAST1, department="rd"))).status_code == 403


async def test_hr_grants_nothing_beyond_its_scope_nor_to_itself_and_nobody_admin(client: Client) -> None:
    everywhere = facts(EAST1, roles=[{"role": "auditor"}])
    assert (await client("hr2").put("/people/east1", json=everywhere)).status_code == 403
    inside = facts(EAST1, roles=[*facts(EAST1)["roles"], {"role": "leader", "departments": ["east"]}])
    assert (await client("hr2").put("/people/east1", json=inside)).status_code == 200
    admin = facts(PLAIN, roles=[{"role": "admin"}])
    assert (await client("hr1").put("/people/plain", json=admin)).status_code == 403
    own = facts(HR1, roles=[*facts(HR1)["roles"], {"role": "leader"}])
    assert (await client("hr1").put("/people/hr1", json=own)).status_code == 403
    assert (await client("ops").put("/people/plain", json=admin)).status_code == 200


async def test_hr_makes_itself_head_of_no_department_whose_plans_it_reviews(client: Client) -> None:
    hr = client("hr1")
    for wanted in ({"leader": "hr1"}, {"manager": "hr1"}):
        assert (await hr.put("/departments/rd", json=facts(RD, **wanted))).status_code == 403
        imported = {"departments": [{"id": "rd", **facts(RD, **wanted)}]}
        assert (await hr.post("/organisation", json=imported)).status_code == 403
    assert (await hr.put("/departments/rd", json=facts(RD, leader="lead"))).status_code == 200
    assert (await client("ops").put("/departments/rd", json=facts(RD, leader="hr1"))).status_code == 200
    # Who is head already may go on changing the rest.
    renamed = facts(RD, leader="hr1", name={"zh": "研发", "en": "Research"})
    assert (await hr.put("/departments/rd", json=renamed)).status_code == 200


async def test_a_right_that_was_just_given_holds_at_once(client: Client) -> None:
    await client("plain").get("/me")
    await client("ops").put("/people/plain", json=facts(PLAIN, roles=[{"role": "hr_reviewer"}]))
    assert (await client("plain").put("/departments/rd", json=facts(RD, leader="lead"))).status_code == 200


@pytest.mark.parametrize(
    ("name", "knows"),
    [
        ("seller", True),
        ("hr1", True),
        ("hr2", True),
        ("watcher", True),
        ("boss", True),
        ("ops", True),
        ("maker", False),
        ("east1", False),
    ],
)
async def test_everybody_reads_names_and_only_some_the_mail_address(
    client: Client, name: str, knows: bool
) -> None:
    one = (await client(name).get("/people/seller")).json()
    assert one["name"] == SELLER.name.model_dump()
    assert one["email"] == (SELLER.email if knows else None)
    listed = (await client(name).get("/people", params={"department": "sales"})).json()["items"]
    assert one in listed


async def test_people_come_in_pages_in_the_order_of_their_ids(client: Client) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client("plain").get("/people", params={"limit": 4, **cursor})).json()
        assert len(page["items"]) <= 4
        seen += [person["id"] for person in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted([person.id for person in PEOPLE] + ["hr2"])


async def test_who_is_not_there_is_not_found(client: Client) -> None:
    for path in ("/people/ghost", "/departments/ghost"):
        answer = await client("ops").get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_department_is_written_told_and_read(client: Client, told: Told) -> None:
    made = await client("hr1").put("/departments/west", json=facts(EAST, manager="east1"))
    assert (made.status_code, made.headers["ETag"], made.json()["manager"]) == (201, '"1"', "east1")
    assert (await client("plain").get("/departments/west")).json() == made.json()
    again = await client("hr1").put("/departments/west", json=facts(EAST, manager="east1"))
    assert (again.status_code, again.json()["version"]) == (200, 1)
    ((subject, data),) = await told()
    assert (subject, data["department"]) == ("monthline.directory.department_changed.v1", made.json())
    listed = (await client("plain").get("/departments")).json()["items"]
    assert [department["id"] for department in listed] == ["east", "rd", "root", "sales", "west"]


async def test_a_department_that_would_lie_below_itself_is_refused_with_the_way(client: Client) -> None:
    wrong = await client("ops").put("/departments/root", json=facts(ROOT, parent="east"))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "reference.cycle")
    assert wrong.json()["path"] == "root → east → sales → root"
    assert wrong.json()["errors"][0]["path"] == "parent"


async def test_hr_of_a_department_writes_those_below_and_moves_none_out_of_its_scope(client: Client) -> None:
    hr = client("hr2")
    assert (await hr.put("/departments/west", json=facts(EAST))).status_code == 201
    assert (await hr.put("/departments/sales", json=facts(SALES, leader="boss"))).status_code == 200
    assert (await hr.put("/departments/sales", json=facts(SALES, parent="rd"))).status_code == 403
    assert (await hr.put("/departments/east", json=facts(EAST, parent="rd"))).status_code == 403
    assert (await hr.put("/departments/rd", json=facts(RD, parent="sales"))).status_code == 403
    assert (await hr.put("/departments/new", json=facts(ROOT, parent=None))).status_code == 403


async def test_me_says_who_the_token_is_and_what_they_head_and_see(client: Client) -> None:
    lead = (await client("lead").get("/me")).json()
    assert (lead["id"], lead["department"], lead["admin"]) == ("lead", "root", False)
    assert (lead["heads"], lead["sees"]) == (["sales"], ["east", "sales"])
    assert lead["roles"] == [{"role": "leader", "departments": []}]
    assert (await client("watcher").get("/me")).json()["sees"] is None
    ops = (await client("ops").get("/me")).json()
    assert (ops["name"], ops["admin"], ops["roles"]) == (None, True, [])
