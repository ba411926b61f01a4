"""One process of ours as a drill holds it: killed, paused, asked to stop, held down, released."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monthline.supervisor import Child, ProcessSpec, Restart

START = 60.0
GRACE = 25.0


class Unit:
    """A child of the supervisor's kind, which brings it back when it dies, unless it is held down."""

    def __init__(
        self, name: str, arguments: Sequence[str], port: int, env: Mapping[str, str], logs: Path
    ) -> None:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        spec = ProcessSpec(name, [sys.executable, *arguments], f"http://127.0.0.1:{port}/readyz", dict(env))
        self.name = name
        self.port = port
        self.log = logs / f"{name}.log"
        self.exits: list[int] = []
        self._child = Child(spec, self.log, self._restarted)
        self._running = False
        self._paused = False

    def _restarted(self, restart: Restart) -> None:
        self.exits.append(restart.exit_code)

    @property
    def pid(self) -> int | None:
        """None between a death and the next birth."""
        return self._child.pid

    @property
    def memory(self) -> int:
        """Resident bytes; 0 when it does not run."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            return 0
        return pages * os.sysconf("SC_PAGESIZE")

    def set(self, **env: str) -> None:
        """Settings that hold from its next start on."""
        self._child.spec = replace(self._child.spec, env={**self._child.spec.env, **env})

    def kill(self) -> None:
        """As a power cut would."""
        self._child.kill(signal.SIGKILL)

    def term(self) -> None:
        """Ask it to stop in order; it is started again."""
        self._child.kill(signal.SIGTERM)

    def pause(self) -> None:
        """Stop it where it stands."""
        self._child.kill(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """Let it go on."""
        self._child.kill(signal.SIGCONT)
        self._paused = False

    async def hold(self) -> None:
        """Stop it and keep it down."""
        self.resume()
        if self._running:
            self._running = False
            await self._child.stop(GRACE)

    async def release(self) -> None:
        """Have it run, and wait until it is ready."""
        self.resume()
        if not self._running:
            self._running = True
            await self._child.start()
        await self.ready()

    async def ready(self, timeout: float = START) -> float:
        """Wait until it answers as ready; how many seconds that took."""
        began = time.monotonic()
        await self._child.wait_ready(timeout)
        return time.monotonic() - began

    async def dead(self, pid: int | None, timeout: float = START) -> None:
        """Wait until the process that had this id is gone."""
        async with asyncio.timeout(timeout):
            while self.pid == pid:
                await asyncio.sleep(0.02)
