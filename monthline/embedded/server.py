"""Owns the life of one embedded server: started, awaited, stopped, killed, started again on the same port."""

import contextlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from pwd import struct_passwd
from typing import ClassVar, Protocol, Self

from monthline.embedded.claim import Claim
from monthline.embedded.errors import ServerError
from monthline.embedded.ports import Port
from monthline.orphans import orphan_guard
from monthline.processes import ProcessId, RequestLog, end_all, identify, output_tail, signal_group

__all__ = ["ManagedServer", "Server", "ServerError"]

_POLL_SECONDS = 0.02
_RESPAWN_PAUSE = 0.1
_SPAWN_ATTEMPTS = 50
_TAIL_LINES = 12


class Server(Protocol):
    """What the demo, the tests and the fault drills need of a server, whatever it serves."""

    name: ClassVar[str]

    @property
    def pid(self) -> int | None: ...
    @property
    def running(self) -> bool: ...
    @property
    def log(self) -> Path: ...
    def start(self) -> None: ...
    def wait_ready(self, timeout: float = 30.0) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class ManagedServer(ABC):
    """A server in a process group of its own, which cannot outlive us, over a folder nobody else may use."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_grace: ClassVar[float] = 10.0
    lost_races: ClassVar[tuple[bytes, ...]] = (b"ddress already in use",)
    """What the log says when a start failed for a reason that passes, so that it is tried again."""

    def __init__(self, data_dir: Path, ports: Sequence[Port]) -> None:
        self.data_dir = data_dir.resolve()
        self._ports = tuple(ports)
        self._claim = Claim(self.data_dir / "run", self.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._id: ProcessId | None = None
        self._attempts_left = 0
        self._log_from = 0
        self._program = self.name

    @property
    def pid(self) -> int | None:
        return self._id.pid if self._id else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        return self.data_dir / "logs" / f"{self.name}.log"

    def start(self) -> None:
        """Starts the process and returns at once; after `kill` or `stop` over the same data and port."""
        if self.running:
            return
        try:
            self._claim.take()
            self._end_leftovers()
            self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._prepare()
            self._attempts_left = _SPAWN_ATTEMPTS
            self._spawn()
        except BaseException as error:
            self._claim.release()
            if isinstance(error, PermissionError):
                raise ServerError(
                    f"{self.name}: no permission for {error.filename}; does the folder {self.data_dir} "
                    f"belong to another user? Choose another one, or remove it as that user"
                ) from error
            raise

    def wait_ready(self, timeout: float = 30.0) -> None:
        """Returns when the server answers; raises ServerError with the end of its log when it does not."""
        deadline = time.monotonic() + timeout
        while not (self._answers() and self.running):
            if not self.running:
                self._respawn_or_fail()
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(self._failure(f"did not answer within {timeout:.0f} s"))
            time.sleep(_POLL_SECONDS)
        for port in self._ports:
            port.kept = True
        self._when_ready()

    def stop(self) -> None:
        """Asks the server to stop, kills it when it takes too long, and gives the folder free."""
        if self._id is not None:
            end_all([RequestLog(self._id, self.stop_signal)], self.stop_grace)
        self._bury()
        self._claim.release()

    def kill(self) -> None:
        """Ends the server as a power cut would; the folder stays ours, so `start` brings it back."""
        if self._id is not None and self.running:
            signal_group(self._id.pid, signal.SIGKILL)
        self._bury()

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self) -> None:
        """Makes folders and configuration; runs before every start."""

    @abstractmethod
    def _command(self) -> list[str]:
        """The command line, with the ports as settled now."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server does its work already."""

    def _when_ready(self) -> None:  # noqa: B027 - most servers have nothing to do here
        """What is done once per start as soon as the server answers."""

    def _end_leftovers(self) -> None:
        self._claim.end_leftover(self.stop_signal)

    def _environment(self) -> Mapping[str, str]:
        return os.environ

    def _user(self) -> struct_passwd | None:
        """The user to run as, when it is not ours."""
        return None

    def _spawn(self) -> None:
        for port in self._ports:
            if not port.settle():
                raise ServerError(
                    f"{self.name}: port {port.number} was taken by another process meanwhile; "
                    f"free it, or restart the whole stack"
                )
        command = self._command()
        self._program = command[0]
        with self.log.open("ab") as output:
            self._log_from = output.tell()
            try:
                self._process = self._popen(command, output.fileno())
            except OSError as error:
                raise ServerError(f"{self.name}: cannot run {command[0]}: {error.strerror}") from error
        self._id = identify(self._process.pid)
        if self._id is not None:
            self._claim.note(self._id)
            orphan_guard().watch(self._id, self.stop_signal)

    def _popen(self, command: list[str], output: int) -> subprocess.Popen[bytes]:
        user = self._user()
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=dict(self._environment()),
            start_new_session=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )

    def _respawn_or_fail(self) -> None:
        code = self._process.returncode if self._process else None
        self._attempts_left -= 1
        said = self._said()
        lost_race = any(words in said for words in self.lost_races)
        self._bury()
        if not lost_race or self._attempts_left <= 0:
            raise ServerError(self._failure(f"stopped while starting (exit code {code})"))
        time.sleep(_RESPAWN_PAUSE)
        self._spawn()

    def _bury(self) -> None:
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.stop_grace)
        if self._id is not None:
            orphan_guard().forget(self._id)
        self._process = self._id = None

    def _said(self) -> bytes:
        """What the server wrote since its latest start."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._log_from)
                return log.read()
        except OSError:
            return b""

    def _failure(self, what: str) -> str:
        ports = ", ".join(str(port.number) for port in self._ports)
        said = output_tail(self.log, self._log_from, _TAIL_LINES)
        return (
            f"{self.name}: {self._program} on 127.0.0.1 port {ports} {what}; data in {self.data_dir}; "
            f"end of {self.log}:{said}"
        )
