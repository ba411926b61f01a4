"""Every check of what the interfaces promise passes where it is kept, and fails where it is broken."""

import json
from dataclasses import dataclass, field, replace
from typing import Any, cast

import httpx2

from monthline.demo.checks import promises
from monthline.demo.checks.evidence import Evidence, Look
from monthline.demo.client import Client
from monthline.demo.stack import Stack
from monthline.demo.transport import Transport
from shared.contracts.words import Stage
from tests.integration.company.build import GOOD as FILES
from tests.integration.company.build import company
from tests.integration.demo.office import AUTHOR, PLAN_ID
from tests.integration.demo.played import HR, LEADER, evidence, plan, score

STRANGER = "p004"
STORY = f"sees:\n  {HR}: all\n  {LEADER}: [{AUTHOR}]\n"
GOOD = plan(scored=score())
VIEW = GOOD.plan.model_dump(mode="json")
APPROVED = GOOD.decisions[-1]


@dataclass
class Services:
    """Services in memory that keep every promise, unless a field says otherwise."""

    replayed: dict[str, Any] = field(default_factory=dict)
    version: int = GOOD.plan.version
    reused: tuple[int, dict[str, Any]] = (422, {"code": "idempotency.reused"})
    late: tuple[int, dict[str, Any]] = (409, {"code": "move.wrong_stage", "stage": Stage.FINAL})
    lists: dict[str, list[str]] = field(
        default_factory=lambda: {AUTHOR: [AUTHOR], HR: [AUTHOR], LEADER: [AUTHOR]}
    )
    readers: set[str] = field(default_factory=lambda: {AUTHOR, HR, LEADER})
    inboxes: dict[str, list[str]] = field(default_factory=lambda: {AUTHOR: ["approved", "scored"]})

    def answer(self, person: str, request: httpx2.Request) -> httpx2.Response:
        """What the services answer this person."""
        last = request.url.path.rpartition("/")[2]
        if request.method == "GET":
            return self._read(person, last)
        if last == "close":
            return httpx2.Response(self.late[0], json=self.late[1])
        if json.loads(request.content) != {}:
            return httpx2.Response(self.reused[0], json=self.reused[1])
        return httpx2.Response(200, json=_moved() | self.replayed)

    def _read(self, person: str, last: str) -> httpx2.Response:
        if last == "plans":
            return _page([VIEW for _ in self.lists.get(person, [])])
        if last == "inbox":
            return _page([{"reason": reason} for reason in self.inboxes.get(person, [])])
        if person in self.readers:
            return httpx2.Response(200, json=VIEW | {"version": self.version})
        return httpx2.Response(404, json={"code": "not_found"})

    def of(self, person: str) -> Client:
        """The way to them for one person."""

        def handle(request: httpx2.Request) -> httpx2.Response:
            return self.answer(person, request)

        http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
        names = {name: f"http://{name}" for name in ("plans", "review", "scoring", "notify")}
        return Client(Transport(http, names, lambda: ""), person)


@dataclass(frozen=True)
class FakeStack:
    """The part of a stack that these checks use."""

    clients: Services


def _page(items: list[Any]) -> httpx2.Response:
    return httpx2.Response(200, json={"items": items, "next": None})


def _moved() -> dict[str, Any]:
    return {
        "command_id": APPROVED.command_id,
        "plan_id": PLAN_ID,
        "move": "approve",
        "actor": LEADER,
        "stage": APPROVED.to_stage,
        "version": APPROVED.version,
        "at": "2026-03-02T04:00:00Z",
    }


def month_on(services: Services, *, told: bool = True) -> Evidence:
    row = f"{STRANGER},高翔,Gao Xiang,gao@acme.example,rd,,,,,\n"
    changes = {"people.csv": FILES["people.csv"] + row} | ({"story.yaml": STORY} if told else {})
    found = evidence(company(changes), GOOD)
    return replace(found, played=replace(found.played, stack=cast("Stack", FakeStack(services))))


async def wrong(look: Look, **broken: Any) -> list[str]:
    return list(await look(month_on(replace(Services(), **broken))))


async def test_services_that_keep_their_promises_pass_every_check() -> None:
    for check in promises.PROMISE_CHECKS:
        assert await check.look(month_on(Services())) == [], check.name


async def test_a_replay_with_another_answer_fails() -> None:
    assert await wrong(promises.replays, replayed={"version": APPROVED.version + 1})
    assert await wrong(promises.replays, replayed={"stage": "drafting"})


async def test_a_replay_that_moves_the_plan_again_fails() -> None:
    assert await wrong(promises.replays, version=GOOD.plan.version + 1)


async def test_a_reused_key_that_is_let_through_or_refused_for_another_reason_fails() -> None:
    assert await wrong(promises.reused_keys, reused=(200, _moved()))
    assert await wrong(promises.reused_keys, reused=(409, {"code": "move.already_decided"}))


async def test_a_late_move_must_be_refused_with_its_stage() -> None:
    assert await wrong(promises.late_moves, late=(409, {"code": "move.wrong_stage"}))
    assert await wrong(promises.late_moves, late=(412, {"code": "version.stale"}))
    assert await wrong(promises.late_moves, late=(200, _moved()))


async def test_seeing_too_much_or_too_little_in_a_list_fails() -> None:
    assert await wrong(promises.rights, lists={AUTHOR: [AUTHOR], HR: [AUTHOR]}) == [
        f"{LEADER}: does not see the plan of {AUTHOR}"
    ]
    everybody = {AUTHOR: [AUTHOR], HR: [AUTHOR], LEADER: [AUTHOR], STRANGER: [AUTHOR]}
    assert await wrong(promises.rights, lists=everybody) == [f"{STRANGER}: sees the plan of {AUTHOR}"]


async def test_a_single_read_that_shows_a_strangers_plan_fails() -> None:
    assert await wrong(promises.strangers, readers={AUTHOR, HR, LEADER, STRANGER}) == [
        f"{STRANGER}: can read the plan of {AUTHOR}"
    ]


async def test_without_a_story_lists_have_ones_own_and_single_reads_no_more_than_lists() -> None:
    silent = month_on(Services(), told=False)
    assert list(await promises.rights(silent)) == list(await promises.strangers(silent)) == []
    nobody = month_on(Services(lists={}), told=False)
    assert list(await promises.rights(nobody)) == [f"{AUTHOR}: does not see the plan of {AUTHOR}"]
    assert f"{HR}: can read the plan of {AUTHOR}" in await promises.strangers(nobody)


async def test_what_the_story_says_counts_also_where_the_policy_would_show_more() -> None:
    found = month_on(Services())
    story = found.company.story.model_copy(update={"sees": {LEADER: (AUTHOR,)}})
    judged = replace(found, company=replace(found.company, story=story))
    assert list(await promises.rights(judged)) == [f"{HR}: sees the plan of {AUTHOR}"]


async def test_being_told_twice_for_one_reason_or_never_at_all_fails() -> None:
    twice = {AUTHOR: ["approved", "approved"]}
    assert await wrong(promises.notices, inboxes=twice) == [f"{AUTHOR}: told 2 times: approved"]
    assert await wrong(promises.notices, inboxes={}) == ["nobody was told anything"]
