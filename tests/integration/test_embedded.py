"""The embedded servers really start, keep their data, and leave nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nats
import psycopg
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from monthline.embedded import EmbeddedServers, NatsServer, Ports, PostgresServer, ServerError, TemporalServer
from monthline.embedded.ports import LOOPBACK, free_port, is_free
from monthline.processes import identify

HOLDER = """
import sys, time
from pathlib import Path
from monthline.embedded import NatsServer, PostgresServer

data = Path(sys.argv[1])
servers = [NatsServer(data), PostgresServer(data, durable=False)]
for server in servers:
    server.start()
for server in servers:
    server.wait_ready()
print(*(server.pid for server in servers), flush=True)
time.sleep(60)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Outside pytest's own folders, which it closes to the user PostgreSQL runs as when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="monthline-"))
    yield folder
    shutil.rmtree(folder)


async def publish(url: str, subject: str) -> int:
    connection = await nats.connect(url)
    try:
        return (await connection.jetstream().publish(subject, b"fact", timeout=5)).seq
    finally:
        await connection.close()


async def add_stream(url: str) -> None:
    connection = await nats.connect(url)
    try:
        await connection.jetstream().add_stream(name="FACTS", subjects=["facts.>"])
    finally:
        await connection.close()


def wait_gone(pid: int, seconds: float = 12) -> bool:
    deadline = time.monotonic() + seconds
    while identify(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return identify(pid) is None


def start_holder(data_dir: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Another process that holds NATS and PostgreSQL over the folder, and their process ids."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    return holder, [int(pid) for pid in holder.stdout.readline().split()]


def end(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()


async def test_all_three_servers_start_and_do_their_work(data_dir: Path) -> None:
    with EmbeddedServers(data_dir, durable=False) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            row = connection.execute(
                "select current_database(), current_setting('server_version_num')::int"
            ).fetchone()
        assert row is not None
        assert row[0] == "monthline"
        assert row[1] >= 180000
        await add_stream(servers.nats.url)
        assert await publish(servers.nats.url, "facts.one") == 1
        client = await Client.connect(servers.temporal.address)
        answer = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )
        assert answer.namespace_info.name == "default"


def test_a_taken_port_is_replaced_by_a_free_one(data_dir: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        number: int = taken.getsockname()[1]
        ports = Ports(number, number, number, number, number)
        with EmbeddedServers(data_dir, ports=ports, durable=False) as servers:
            found = {servers.postgres.port, servers.nats.port, servers.temporal.port}
    assert number not in found
    assert len(found) == 3


def test_free_ports_are_different_and_none_that_linux_gives_to_connections() -> None:
    found = {free_port() for _ in range(100)}
    assert len(found) == 100
    assert max(found) < 32_768


def test_that_no_port_is_free_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        number: int = taken.getsockname()[1]
        monkeypatch.setattr("monthline.embedded.ports.CHOICE", range(number, number + 1))
        with pytest.raises(OSError, match=f"no port from {number} to {number} is free"):
            free_port()


def test_a_free_port_is_taken_as_asked(data_dir: Path) -> None:
    port = free_port()
    with NatsServer(data_dir, port) as server:
        assert server.url == f"nats://127.0.0.1:{port}"


async def test_a_second_start_finds_the_data_of_the_first(data_dir: Path) -> None:
    with EmbeddedServers(data_dir, durable=False) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            connection.execute("create table kept as select 7 as seven")
        await add_stream(servers.nats.url)
        await publish(servers.nats.url, "facts.one")
    with EmbeddedServers(data_dir, durable=False) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            assert connection.execute("select seven from kept").fetchone() == (7,)
        assert await publish(servers.nats.url, "facts.two") == 2


async def test_a_killed_server_comes_back_on_its_port_with_its_data(data_dir: Path) -> None:
    with PostgresServer(data_dir) as postgres, NatsServer(data_dir) as nats_server:
        urls = postgres.url, nats_server.url
        with psycopg.connect(postgres.url) as connection:
            connection.execute("create table kept as select 7 as seven")
        await add_stream(nats_server.url)
        await publish(nats_server.url, "facts.one")
        for server in (postgres, nats_server):
            server.kill()
            assert not server.running
            server.start()
            server.wait_ready()
        assert (postgres.url, nats_server.url) == urls
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute("select seven from kept").fetchone() == (7,)
        assert await publish(nats_server.url, "facts.two") == 2


def test_temporal_comes_back_after_a_kill(data_dir: Path) -> None:
    with TemporalServer(data_dir, headless=True) as server:
        before = server.address, server.pid
        server.kill()
        server.start()
        server.wait_ready()
        assert server.address == before[0]
        assert server.pid != before[1]


def test_nothing_listens_after_the_end(data_dir: Path) -> None:
    with EmbeddedServers(data_dir, durable=False) as servers:
        ports = [servers.postgres.port, servers.nats.port, servers.temporal.port]
        assert not any(is_free(port) for port in ports)
    assert all(is_free(port) for port in ports)


def test_a_folder_in_use_is_refused_naming_the_process_that_uses_it(data_dir: Path) -> None:
    with NatsServer(data_dir):
        with pytest.raises(ServerError, match=rf"process {os.getpid()} already runs"):
            NatsServer(data_dir).start()
        assert (data_dir / "run" / "nats.json").is_file()


def test_servers_end_when_the_process_that_started_them_is_killed(data_dir: Path) -> None:
    holder, pids = start_holder(data_dir)
    end(holder)
    assert len(pids) == 2
    assert all(wait_gone(pid) for pid in pids)


def test_servers_left_over_from_a_dead_process_are_ended_by_the_next_start(data_dir: Path) -> None:
    holder, pids = start_holder(data_dir)
    helpers = [pid for pid in children(holder.pid) if pid not in pids]
    for pid in (*helpers, holder.pid):
        os.kill(pid, signal.SIGKILL)
    end(holder)
    assert len(helpers) == 1
    assert all(identify(pid) for pid in pids)
    with NatsServer(data_dir), PostgresServer(data_dir, durable=False):
        assert not any(identify(pid) for pid in pids)


def test_a_lock_file_naming_an_unrelated_process_does_not_prevent_the_start(data_dir: Path) -> None:
    with PostgresServer(data_dir, durable=False) as server:
        server.kill()
        lock = data_dir / "postgres" / "cluster" / "postmaster.pid"
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
        server.start()
        server.wait_ready()
        assert server.running


def test_an_interrupted_first_start_leaves_nothing_that_looks_whole(data_dir: Path) -> None:
    (data_dir / "postgres" / "unfinished").mkdir(parents=True)
    (data_dir / "postgres" / "unfinished" / "PG_VERSION").write_text("18\n")
    with PostgresServer(data_dir, durable=False) as server:
        assert server.running


def test_a_wrong_password_is_refused(data_dir: Path) -> None:
    with PostgresServer(data_dir, durable=False) as server:
        wrong = f"postgresql://postgres:wrong@127.0.0.1:{server.port}/monthline"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_the_password_is_readable_by_its_owner_only(data_dir: Path) -> None:
    with PostgresServer(data_dir, durable=False):
        assert (data_dir / "postgres.password").stat().st_mode & 0o077 == 0


def test_a_server_that_cannot_start_says_where_to_look(data_dir: Path) -> None:
    server = NatsServer(data_dir)
    (data_dir / "nats").mkdir()
    (data_dir / "nats" / "jetstream").write_text("a file where a folder belongs")
    with pytest.raises(ServerError) as failure, server:
        pass
    assert str(server.log) in str(failure.value)
    assert "nats-server" in str(failure.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_needs_no_folder_that_others_can_list(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    with PostgresServer(data_dir, durable=False) as server:
        assert server.running
    assert data_dir.stat().st_mode & 0o077 == 0o001
    assert (data_dir / "postgres").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root is refused nothing")
def test_a_folder_of_another_user_is_named(data_dir: Path) -> None:
    data_dir.chmod(0o500)
    with pytest.raises(ServerError, match="belong to another user"):
        NatsServer(data_dir).start()
    data_dir.chmod(0o700)


def children(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in found]
