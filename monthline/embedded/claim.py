"""Owns who may run a server over a data folder: one process at a time, and none left over from a dead one."""

import contextlib
import fcntl
import json
import os
import signal
from pathlib import Path
from typing import TextIO

from monthline.embedded.errors import ServerError
from monthline.processes import ProcessId, RequestLog, end_all

_LEFTOVER_GRACE = 10.0


class Claim:
    """A lock the kernel releases when its holder dies, and a note of the server its holder started."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._lock: TextIO | None = None

    def take(self) -> None:
        """Raises ServerError while another living process holds the claim; taking it twice is harmless."""
        if self._lock is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = (self._folder / f"{self._name}.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with lock:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
            raise ServerError(
                f"{self._name}: process {holder} already runs a server over {self._folder.parent}; "
                f"stop that process, or choose another data folder"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            self._note.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def note(self, process: ProcessId) -> None:
        self._note.write_text(json.dumps([process.pid, process.started]), encoding="utf-8")

    def end_leftover(self, stop_signal: signal.Signals) -> None:
        """Ends the server a dead holder of this claim left behind."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            pid, started = json.loads(self._note.read_text(encoding="utf-8"))
            end_all([RequestLog(ProcessId(int(pid), int(started)), stop_signal)], _LEFTOVER_GRACE)
        self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self._folder / f"{self._name}.json"
