"""A process that is asked to stop answers what it has let in, and ends; one that cannot listen ends too."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from monthline.embedded import EmbeddedServers
from monthline.embedded.ports import LOOPBACK, free_port
from shared.base.settings import ProcessSettings
from shared.base.tasks import end, finish, within
from shared.bus.jetstream import Bus
from shared.process.runner import Service, _connect, serve
from tests.support.background import running
from tests.support.deployments import KEY_A, deployment_on, process


class Stubborn:
    """Work that lets a number of cancellations pass."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def run(self) -> None:
        """Run until it has been cancelled once more than that."""
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if not self.times:
                    raise
                self.times -= 1


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    tasks = [asyncio.create_task(Stubborn(times).run()) for times in (0, 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await end(tasks, again=0.01)
    assert all(task.cancelled() for task in tasks)


async def test_a_block_that_swallows_cancellations_ends_at_its_limit() -> None:
    with pytest.raises(TimeoutError):
        async with within(0.01, again=0.01):
            await Stubborn(2).run()
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_a_block_that_is_cancelled_by_somebody_else_is_not_overdue() -> None:
    async def limited() -> None:
        async with within(60):
            await asyncio.sleep(60)

    task = asyncio.create_task(limited())
    await asyncio.sleep(0)
    await end([task], again=0.01)
    assert task.cancelled()


async def test_a_block_within_its_limit_is_never_cancelled() -> None:
    async with within(0.05):
        pass
    await asyncio.sleep(0.1)


async def test_who_ends_tasks_and_is_ended_meanwhile_has_ended_them() -> None:
    async def ends(task: asyncio.Task[None]) -> None:
        await end([task], again=0.1)

    inner = asyncio.create_task(Stubborn(2).run())
    await asyncio.sleep(0)
    outer = asyncio.create_task(ends(inner))
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await end([outer], again=0.1)
    assert (inner.cancelled(), outer.cancelled()) == (True, True)


async def test_a_last_work_is_done_however_often_its_caller_is_cancelled() -> None:
    done = asyncio.Event()

    async def last() -> None:
        await asyncio.sleep(0.1)
        done.set()

    async def works() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await finish(last())

    task = asyncio.create_task(works())
    await asyncio.sleep(0)
    await end([task], again=0.01)
    assert done.is_set()
    assert task.cancelled()


async def test_what_a_last_work_fails_with_is_heard() -> None:
    async def last() -> None:
        raise ValueError("not done")

    with pytest.raises(ValueError, match="not done"):
        await finish(last())


class RequestLog:
    """A worker that says when it was told to stop."""

    def __init__(self) -> None:
        self.told_to_stop = asyncio.Event()

    async def run(self) -> None:
        """Run until told to stop."""
        await self.told_to_stop.wait()

    async def shutdown(self) -> None:
        """Stop."""
        self.told_to_stop.set()


async def test_the_worker_goes_on_until_the_last_request_is_answered(servers: EmbeddedServers) -> None:
    app, worker, stop = FastAPI(), RequestLog(), asyncio.Event()
    let_in, answer = asyncio.Event(), asyncio.Event()

    @app.get("/slow")
    async def slow() -> bool:
        let_in.set()
        await answer.wait()
        return worker.told_to_stop.is_set()

    def make(client: Client) -> Worker:
        return worker  # type: ignore[return-value]

    settings = ProcessSettings(temporal_address=servers.temporal.address, http_port=free_port())
    running = asyncio.create_task(serve(Service("slow", settings, app, worker=make), stop))
    url = f"http://127.0.0.1:{settings.http_port}/slow"
    async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        asked = asyncio.create_task(_asked(client, url))
        await let_in.wait()
        stop.set()
        await asyncio.sleep(0.3)
        answer.set()
        assert (await asked).json() is False
        await running
    assert worker.told_to_stop.is_set()


async def _asked(client: httpx2.AsyncClient, url: str) -> httpx2.Response:
    while True:
        try:
            return await client.get(url)
        except httpx2.ConnectError:
            await asyncio.sleep(0.05)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else has."""
    with socket.create_server((LOOPBACK, 0)) as other:
        yield other.getsockname()[1]


def told(log: str) -> list[dict[str, str]]:
    """What the log says is wrong."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["level"] in ("warning", "error")]


async def test_a_process_whose_port_is_taken_ends_and_names_it(
    servers: EmbeddedServers, tmp_path: Path, taken: int
) -> None:
    there = deployment_on(servers)
    async with process(there, "review", tmp_path, {"HTTP_PORT": str(taken)}) as started:
        assert await asyncio.wait_for(started.process.wait(), 60) == 1
    [line] = told(started.log.read_text())
    assert line["found"] == f"cannot listen at HTTP_HOST=127.0.0.1 HTTP_PORT={taken}: Address already in use"
    assert "HTTP_PORT" in line["fix"]


async def codec_server(folder: Path, port: int) -> asyncio.subprocess.Process:
    """``monthline codec-server`` as a process of its own."""
    given = {
        "PAYLOAD_KEYS": KEY_A,
        "OIDC_ISSUER": "https://issuer.example",
        "OIDC_JWKS_URL": "https://issuer.example/keys",
        "HTTP_PORT": str(port),
    }
    with (folder / "codec.log").open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monthline", "codec-server"),
            env=os.environ | given,
            stdout=output,
            stderr=output,
        )


async def test_the_codec_server_ends_when_its_port_is_taken(tmp_path: Path, taken: int) -> None:
    started = await codec_server(tmp_path, taken)
    assert await asyncio.wait_for(started.wait(), 60) == 1
    [line] = told((tmp_path / "codec.log").read_text())
    assert f"HTTP_PORT={taken}" in line["found"]


async def test_the_codec_server_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    started = await codec_server(tmp_path, port)
    async with asyncio.timeout(60):
        while not await answers(port):
            assert started.returncode is None, (tmp_path / "codec.log").read_text()
        started.terminate()
        assert await started.wait() == 0


async def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except ConnectionError:
        await asyncio.sleep(0.05)
        return False
    writer.close()
    return True


async def test_a_first_connection_to_nats_that_swallows_a_cancellation_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = asyncio.Event()

    async def connect(self: Bus) -> None:
        asked.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionError("closed") from None

    monkeypatch.setattr(Bus, "connect", connect)
    async with running(_connect(Bus("nats://nowhere", name="tests"))) as connecting:
        await asked.wait()
        connecting.cancel()
        _, left = await asyncio.wait([connecting], timeout=5)
        assert not left
