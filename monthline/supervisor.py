"""Owns our own processes on one machine: started, awaited, restarted after a crash, stopped in order."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from monthline.embedded.ports import http_get
from monthline.orphans import orphan_guard
from monthline.processes import ProcessId, RequestLog, end_all, identify, output_tail, signal_group

STOP_GRACE = 40.0
"""Seconds; the last requests may take 15, and after them a worker's activities 20, or mails 14."""
_POLL_SECONDS = 0.05
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
_STEADY_AFTER = 10.0
_TAIL_LINES = 20


class ProcessError(RuntimeError):
    """One of our processes did not become ready; the text names it, its log and the end of it."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """`env` is added to our environment. The process is ready when `ready_url`, on loopback, answers 200."""

    name: str
    command: Sequence[str]
    ready_url: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def module(cls, name: str, module: str, ready_url: str | None, env: Mapping[str, str]) -> Self:
        """`python -m module` with our own interpreter."""
        return cls(name, [sys.executable, "-m", module], ready_url, env)


@dataclass(frozen=True, slots=True)
class Restart:
    """What a watcher is told when a process died and comes back."""

    name: str
    exit_code: int
    count: int


OnRestart = Callable[[Restart], None]


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Ours and the process's own; compiled code is kept, for a restart has to be quick."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **own}


class Child:
    """One process kept running; restarted after `0.1 s`, and no later than 1 s however often it dies."""

    def __init__(self, spec: ProcessSpec, log: Path, on_restart: OnRestart) -> None:
        self.spec = spec
        self.log = log
        self.restarts = 0
        self._on_restart = on_restart
        self._process: asyncio.subprocess.Process | None = None
        self._id: ProcessId | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._was_ready = False
        self._log_from = 0

    @property
    def pid(self) -> int | None:
        return self._id.pid if self._id else None

    async def start(self) -> None:
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name=f"keeper of {self.spec.name}")

    async def wait_ready(self, timeout: float) -> None:
        """Raises ProcessError when the process ends before it was ever ready, or is not ready in time."""
        deadline = time.monotonic() + timeout
        while not await self._ready():
            if self._keeper is None or self._keeper.done():
                code = self._process.returncode if self._process else None
                raise ProcessError(self._failure(f"ended before it was ready (exit code {code})"))
            if time.monotonic() > deadline:
                raise ProcessError(self._failure(f"was not ready within {timeout:.0f} s"))
            await asyncio.sleep(_POLL_SECONDS)
        self._was_ready = True

    def kill(self, number: signal.Signals) -> None:
        if self._id is not None:
            signal_group(self._id.pid, number)

    async def stop(self, grace: float) -> None:
        """Ends the process for good: SIGTERM, and SIGKILL to its whole group after `grace` seconds."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        if self._process is None or self._id is None:
            return
        await asyncio.to_thread(end_all, [RequestLog(self._id)], grace)
        await self._process.wait()
        self._forget()

    async def _ready(self) -> bool:
        if self._id is None:
            return False
        if self.spec.ready_url is None:
            return self._id.running
        url = urlsplit(self.spec.ready_url)
        answer = await asyncio.to_thread(http_get, url.port or 80, url.path or "/")
        return answer is not None and answer[0] == 200

    async def _spawn(self) -> None:
        with self.log.open("ab") as output:
            self._log_from = output.tell()
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self.spec.command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=asyncio.subprocess.STDOUT,
                    env=_environment(self.spec.env),
                    start_new_session=True,
                )
            except OSError as error:
                raise ProcessError(
                    f"{self.spec.name}: cannot run {self.spec.command[0]}: {error.strerror}"
                ) from error
        self._id = identify(self._process.pid)
        if self._id is not None:
            orphan_guard().watch(self._id)

    async def _keep(self) -> None:
        """Restarts the process as often as it dies; but one that never was ready has nothing to resume."""
        pause = _FIRST_PAUSE
        while self._process is not None:
            born = time.monotonic()
            code = await self._process.wait()
            self._forget()
            if not self._was_ready:
                return
            pause = (
                _FIRST_PAUSE if time.monotonic() - born > _STEADY_AFTER else min(pause * 2, _LONGEST_PAUSE)
            )
            await asyncio.sleep(pause)
            self.restarts += 1
            self._on_restart(Restart(self.spec.name, code, self.restarts))
            await self._spawn()

    def _forget(self) -> None:
        if self._id is not None:
            orphan_guard().forget(self._id)
            self._id = None

    def _failure(self, what: str) -> str:
        said = output_tail(self.log, self._log_from, _TAIL_LINES)
        where = f" at {self.spec.ready_url}" if self.spec.ready_url else ""
        return f"{self.spec.name}: {' '.join(self.spec.command)} {what}{where}; end of {self.log}:{said}"


class Supervisor:
    """Processes start in waves, one per call of `start`; the last wave is the first to stop."""

    def __init__(
        self, log_dir: Path, *, grace: float = STOP_GRACE, on_restart: OnRestart = lambda restart: None
    ) -> None:
        self._log_dir = log_dir
        self._grace = grace
        self._on_restart = on_restart
        self._waves: list[list[Child]] = []

    async def start(self, *specs: ProcessSpec, timeout: float = 30.0) -> None:
        """Starts all side by side, returns when all are ready; raises ProcessError for one that fails."""
        self._log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        wave = [Child(spec, self._log_dir / f"{spec.name}.log", self._on_restart) for spec in specs]
        self._waves.append(wave)
        await asyncio.gather(*(child.start() for child in wave))
        try:
            async with asyncio.TaskGroup() as waits:
                for child in wave:
                    waits.create_task(child.wait_ready(timeout))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def wait_ready(self, name: str, timeout: float = 30.0) -> None:
        """Returns when the process answers as ready, also after it was killed and came back."""
        await self._child(name).wait_ready(timeout)

    async def stop(self) -> None:
        """Stops everything, wave after wave; nobody of one wave is left when the one before it is asked."""
        while self._waves:
            wave = self._waves.pop()
            await asyncio.gather(*(child.stop(self._grace) for child in wave))

    def pid(self, name: str) -> int | None:
        """None between a crash and the restart."""
        return self._child(name).pid

    def restarts(self, name: str) -> int:
        return self._child(name).restarts

    def log(self, name: str) -> Path:
        return self._child(name).log

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signals the process and its group; a process that dies of it is restarted."""
        self._child(name).kill(number)

    @property
    def names(self) -> list[str]:
        return [child.spec.name for wave in self._waves for child in wave]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _child(self, name: str) -> Child:
        for wave in self._waves:
            for child in wave:
                if child.spec.name == name:
                    return child
        raise KeyError(f"no process {name!r}; there are {', '.join(self.names) or 'none'}")
