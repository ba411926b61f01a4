"""The drills' driver knows a promise from a lost connection, and says when one is not kept."""

from pathlib import Path

import httpx2
import pytest

from faults.driver import Driver, Wish
from faults.walker import Walker, least_moved
from monthline.audit.driver import read
from monthline.demo.issuer import Signer, SigningKey
from shared.contracts.words import Move

WISH = Wish("m0001", "drill:2026-12:m0001:all", Move.SUBMIT, 1, "key1")


class Api(httpx2.AsyncBaseTransport):
    """Answers commands with one status, and questions about them with another; None loses the answer."""

    def __init__(self, command: int | None, question: int) -> None:
        self._status = {"POST": command, "GET": question}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        status = self._status[request.method]
        if status is None:
            raise httpx2.ReadError("the connection was lost")
        return httpx2.Response(status, json={"version": 2, "stage": "hr_review"})


async def settled(folder: Path, api: Api) -> Driver:
    """A driver that has sent one wish and asked what became of it."""
    signer = Signer("127.0.0.1", 8107, SigningKey.kept_in(folder))
    driver = Driver({"plans": "http://plans"}, signer, folder / "driver.jsonl", patience=0.3, transport=api)
    await driver.send(WISH)
    await driver.settle()
    await driver.close()
    return driver


@pytest.mark.parametrize(("command", "taken"), [(202, True), (500, False), (None, False)])
async def test_the_log_tells_what_was_taken_from_what_was_lost(
    tmp_path: Path, command: int | None, taken: bool
) -> None:
    await settled(tmp_path, Api(command, 404))
    [invoked, unknown] = read(tmp_path / "driver.jsonl")
    assert (unknown.event, unknown.taken, unknown.move) == ("unknown", taken, "submit")
    assert not invoked.taken


async def test_a_command_that_was_taken_and_is_not_found_is_an_error(tmp_path: Path) -> None:
    driver = await settled(tmp_path, Api(202, 404))
    assert driver.errors == ["m0001:plans:key1: taken (202), and not found when asked for"]


async def test_a_command_that_never_arrived_is_none(tmp_path: Path) -> None:
    assert (await settled(tmp_path, Api(None, 404))).errors == []


async def test_a_question_that_is_never_answered_is_an_error(tmp_path: Path) -> None:
    driver = await settled(tmp_path, Api(202, 500))
    assert driver.errors == ["m0001:plans:key1: not answered within 0 s"]
    assert not driver.unsettled


async def test_an_answer_in_the_end_is_none(tmp_path: Path) -> None:
    driver = await settled(tmp_path, Api(202, 200))
    assert (driver.errors, [said.event for said in driver.said]) == ([], ["invoke", "unknown", "ok"])


@pytest.mark.parametrize(("count", "versions"), [(1, [1, 2, 3]), (3, [1, 2, 3]), (5, [1, 2, 3, 4, 5])])
async def test_the_plans_that_were_moved_least_come_first(
    tmp_path: Path, count: int, versions: list[int]
) -> None:
    driver = await settled(tmp_path, Api(202, 200))
    walkers = [Walker(driver, f"m{version:04}") for version in (5, 3, 6, 1, 4, 2)]
    for walker in walkers:
        walker.version = int(walker.person[1:])
    assert [walker.version for walker in least_moved(walkers, count)] == versions
