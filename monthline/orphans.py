"""Owns the promise that no process we started outlives us, however we end.

A small helper process holds the other end of a pipe. Whatever happens to us, the kernel closes the pipe, and
the helper ends everybody it was told about. The kernel's own parent-death signal is no substitute: it belongs
to the thread that started the child, and is forgotten when the child changes its user.
"""

import atexit
import contextlib
import signal
import subprocess
import sys
import threading
from functools import cache

from monthline import processes
from monthline.processes import ProcessId, RequestLog


class OrphanGuard:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[ProcessId, RequestLog] = {}
        self._helper: subprocess.Popen[str] | None = None

    def watch(self, process: ProcessId, stop_signal: signal.Signals = signal.SIGTERM) -> None:
        """From now on the process, which must lead its own group, is ended when we are gone."""
        watched = RequestLog(process, stop_signal)
        with self._lock:
            self._watched[process] = watched
            self._tell("+", watched)

    def forget(self, process: ProcessId) -> None:
        with self._lock:
            watched = self._watched.pop(process, None)
            if watched is not None:
                self._tell("-", watched)

    def _tell(self, mark: str, watched: RequestLog) -> None:
        if self._helper is not None and self._helper.poll() is None:
            with contextlib.suppress(BrokenPipeError):
                self._write(self._helper, mark, watched)
                return
        self._helper = _start_helper()
        for each in self._watched.values():
            self._write(self._helper, "+", each)

    def close(self) -> None:
        """Ends whoever is still watched, and the helper."""
        with self._lock:
            if self._helper is not None and self._helper.stdin is not None:
                self._helper.stdin.close()
                self._helper.wait()
            self._helper = None

    @staticmethod
    def _write(helper: subprocess.Popen[str], mark: str, watched: RequestLog) -> None:
        assert helper.stdin is not None
        process = watched.process
        helper.stdin.write(f"{mark} {process.pid} {process.started} {watched.stop_signal.value}\n")
        helper.stdin.flush()


def _start_helper() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", processes.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd="/",
        start_new_session=True,
    )


@cache
def orphan_guard() -> OrphanGuard:
    """The one guard of this process; its helper starts with the first process to watch."""
    guard = OrphanGuard()
    atexit.register(guard.close)
    return guard
