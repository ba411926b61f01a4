"""Owns the embedded PostgreSQL 18: its cluster, its password, its database `monthline`."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from pwd import struct_passwd
from typing import ClassVar

import psycopg
from psycopg import sql

from monthline.embedded.binaries import find_postgres
from monthline.embedded.errors import ServerError
from monthline.embedded.ports import LOOPBACK, Port
from monthline.embedded.server import ManagedServer
from monthline.embedded.unprivileged import open_for_reading, open_way_to, unprivileged_user
from monthline.processes import RequestLog, command_line, end_all, identify, signal_group

DATABASE = "monthline"
_SUPERUSER = "postgres"
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_INITDB_SECONDS = 120
_VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer(ManagedServer):
    """Password login over loopback TCP only; `durable=False` trades survival of a power cut for speed."""

    name: ClassVar[str] = "postgres"
    # PostgreSQL waits for every client to leave on SIGTERM; SIGINT is its orderly stop.
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    # The children of a killed postmaster need a moment to notice and leave.
    lost_races: ClassVar[tuple[bytes, ...]] = (*ManagedServer.lost_races, b"shared memory block")

    def __init__(self, data_dir: Path, port: int | None = None, durable: bool = True) -> None:
        self._port = Port(port)
        super().__init__(data_dir, [self._port])
        self.durable = durable
        self._installation = find_postgres()
        self._folder = self.data_dir / "postgres"
        self._cluster = self._folder / "cluster"
        self._secret = self.data_dir / "postgres.password"

    @property
    def port(self) -> int:
        return self._port.number

    @property
    def url(self) -> str:
        """The superuser's address of the database `monthline`."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{_SUPERUSER}:{self._password()}@{LOOPBACK}:{self.port}/{database}"

    def _prepare(self) -> None:
        self._open_files()
        if not self._cluster.is_dir():
            self._make_cluster()
        elif not self._secret.is_file():
            raise ServerError(
                f"postgres: {self._cluster} exists but its password file {self._secret} is gone; "
                f"restore that file, or delete {self._folder} to begin anew"
            )

    def _command(self) -> list[str]:
        settings = _SETTINGS if self.durable else _SETTINGS | _VOLATILE
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        program = self._installation.program("postgres")
        return [program, "-D", str(self._cluster), "-p", str(self.port), *options]

    def _environment(self) -> Mapping[str, str]:
        # The PG* variables of the user's shell are about another server.
        return {"PATH": os.defpath, "LC_ALL": "C"}

    def _user(self) -> struct_passwd | None:
        return unprivileged_user()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _when_ready(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _end_leftovers(self) -> None:
        super()._end_leftovers()
        lock = self._cluster / "postmaster.pid"
        if not lock.is_file():
            return
        leftover = identify(int(lock.read_text(encoding="utf-8").split("\n", 1)[0]))
        if leftover and str(self._cluster) in command_line(leftover.pid):
            end_all([RequestLog(leftover, self.stop_signal)], self.stop_grace)
        # Without this, an unrelated process that was given the dead server's id would prevent the start.
        lock.unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Builds the cluster beside its final place: an interrupted run leaves nothing that looks whole."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        unfinished, handed_over = self._folder / "unfinished", self._folder / "password"
        password = secrets.token_urlsafe(24)
        _write_secret(self._secret, password)
        _write_secret(handed_over, password)
        user = self._user()
        if user:
            for path in (self._folder, handed_over):
                os.chown(path, user.pw_uid, user.pw_gid)
        self._initdb(unfinished, handed_over)
        handed_over.unlink()
        unfinished.rename(self._cluster)

    def _open_files(self) -> None:
        """Gives the user we run as, if it is another, a way to the programs and to the data."""
        if self._user():
            open_for_reading(self._installation.home)
            if self._installation.libraries.is_dir():
                open_for_reading(self._installation.libraries)
            open_way_to(self._folder)

    def _initdb(self, cluster: Path, password_file: Path) -> None:
        command = [
            *(self._installation.program("initdb"), "-D", str(cluster), "-U", _SUPERUSER),
            *("--pwfile", str(password_file), "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"),
        ]
        with self.log.open("ab") as output:
            self._log_from = output.tell()
            try:
                with self._popen(command, output.fileno()) as process:
                    code = _waited_for(process)
            except (OSError, subprocess.SubprocessError) as error:
                raise ServerError(f"postgres: cannot run {command[0]}: {error}; see {self.log}") from error
        if code != 0:
            raise ServerError(self._failure(f"could not make its cluster (initdb exit code {code})"))

    def _password(self) -> str:
        return self._secret.read_text(encoding="utf-8").strip()


def _waited_for(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(_INITDB_SECONDS)
    except subprocess.TimeoutExpired:
        signal_group(process.pid, signal.SIGKILL)
        raise


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
