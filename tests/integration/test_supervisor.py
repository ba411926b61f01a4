"""Our processes are awaited, come back after a crash, and stop in order; shown on a tiny web server."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monthline.embedded.ports import free_port, http_get, is_free
from monthline.processes import identify
from monthline.supervisor import ProcessError, ProcessSpec, Restart, Supervisor

SERVER = """
import http.server, os, signal, sys

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
        self.wfile.write(os.environ.get("GREETING", "").encode())

    def log_message(self, *args):
        pass

def leave(number, frame):
    print("asked to stop", flush=True)
    with open(os.environ["ORDER"], "a") as order:
        order.write(os.environ["NAME"] + chr(10))
    sys.exit(0)

signal.signal(signal.SIGTERM, signal.SIG_IGN if os.environ.get("STUBBORN") else leave)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""


def server(name: str, folder: Path, **env: str) -> ProcessSpec:
    port = free_port()
    return ProcessSpec(
        name,
        [sys.executable, "-c", SERVER],
        f"http://127.0.0.1:{port}/readyz",
        {"PORT": str(port), "NAME": name, "ORDER": str(folder / "order"), **env},
    )


def port_of(spec: ProcessSpec) -> int:
    return int(spec.env["PORT"])


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with Supervisor(tmp_path / "logs", grace=5) as supervisor:
        yield supervisor


async def wait_for_new_pid(supervisor: Supervisor, name: str, old: int | None) -> int:
    async with asyncio.timeout(60):
        while (pid := supervisor.pid(name)) in (None, old):
            await asyncio.sleep(0.02)
    assert pid is not None
    return pid


async def test_a_started_process_is_ready_and_has_its_environment(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    spec = server("plans", tmp_path, GREETING="good morning")
    await supervisor.start(spec)
    assert http_get(port_of(spec), "/readyz") == (200, b"good morning")
    pid = supervisor.pid("plans")
    assert pid is not None
    assert identify(pid) is not None


async def test_a_killed_process_is_back_within_a_second(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(server("plans", tmp_path))
    old = supervisor.pid("plans")
    begin = time.monotonic()
    supervisor.kill("plans")
    await wait_for_new_pid(supervisor, "plans", old)
    assert time.monotonic() - begin < 1
    await supervisor.wait_ready("plans")
    assert supervisor.restarts("plans") == 1


async def test_a_process_killed_again_and_again_comes_back_every_time(tmp_path: Path) -> None:
    seen: list[Restart] = []
    async with Supervisor(tmp_path / "logs", grace=5, on_restart=seen.append) as supervisor:
        await supervisor.start(server("plans", tmp_path))
        for _ in range(3):
            old = supervisor.pid("plans")
            supervisor.kill("plans")
            await wait_for_new_pid(supervisor, "plans", old)
    assert [(restart.name, restart.exit_code, restart.count) for restart in seen] == [
        ("plans", -9, 1),
        ("plans", -9, 2),
        ("plans", -9, 3),
    ]


async def test_the_last_wave_stops_first(supervisor: Supervisor, tmp_path: Path) -> None:
    first, second = server("services", tmp_path), server("workflows", tmp_path)
    await supervisor.start(first)
    await supervisor.start(second)
    await supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["workflows", "services"]
    assert is_free(port_of(first))
    assert is_free(port_of(second))


async def test_a_stopped_process_is_not_restarted(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(server("plans", tmp_path))
    pid = supervisor.pid("plans")
    assert pid is not None
    await supervisor.stop()
    assert identify(pid) is None
    assert supervisor.names == []


async def test_a_process_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    async with Supervisor(tmp_path / "logs", grace=0.3) as supervisor:
        await supervisor.start(server("plans", tmp_path, STUBBORN="yes"))
        pid = supervisor.pid("plans")
        assert pid is not None
        await supervisor.stop()
        assert identify(pid) is None


async def test_a_process_that_fails_at_once_is_named_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no DATABASE_URL')"]
    with pytest.raises(ProcessError) as failure:
        await supervisor.start(ProcessSpec("plans", command, f"http://127.0.0.1:{free_port()}/readyz"))
    assert "no DATABASE_URL" in str(failure.value)
    assert "exit code 1" in str(failure.value)
    assert str(supervisor.log("plans")) in str(failure.value)


async def test_a_process_that_never_answers_is_given_up_in_time(supervisor: Supervisor) -> None:
    spec = ProcessSpec(
        "plans",
        [sys.executable, "-c", "import time; time.sleep(60)"],
        f"http://127.0.0.1:{free_port()}/readyz",
    )
    with pytest.raises(ProcessError, match="not ready within 1 s"):
        await supervisor.start(spec, timeout=1)


async def test_a_program_that_does_not_exist_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(ProcessError, match="cannot run /no/such/program"):
        await supervisor.start(ProcessSpec("plans", ["/no/such/program"]))


async def test_a_signal_of_choice_reaches_the_process(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(server("plans", tmp_path))
    old = supervisor.pid("plans")
    supervisor.kill("plans", signal.SIGTERM)
    await wait_for_new_pid(supervisor, "plans", old)
    assert "asked to stop" in supervisor.log("plans").read_text()


async def test_an_unknown_name_is_answered_with_the_known_ones(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    await supervisor.start(server("plans", tmp_path))
    with pytest.raises(KeyError, match="there are plans"):
        supervisor.pid("plan")
