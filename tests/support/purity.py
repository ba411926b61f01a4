"""What a unit test may not do: reach a network, start a program, or touch files outside the repository."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT, sys.prefix, sys.base_prefix, "/usr/share/zoneinfo", "/usr/lib", "/dev/null")
READABLE = tuple(str(folder) for folder in FOLDERS)
WRITABLE = ("__pycache__", "/dev/null")
FORBIDDEN = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "subprocess.Popen",
}
FORBIDDEN |= {"subprocess.Popen", "socket.bind", "socket.connect", "socket.getaddrinfo", "sqlite3.connect"}
FORBIDDEN |= {"os.mkdir", "os.remove", "os.rename", "shutil.rmtree", "tempfile.mkdtemp", "tempfile.mkstemp"}
"""Events of the interpreter's audit hooks."""


class Impure(AssertionError):
    """A unit test did what belongs to an integration test."""


class Guard:
    """Refuses, by an audit hook of the interpreter, what is not pure while a unit test runs."""

    def __init__(self) -> None:
        self._watching = False
        self._installed = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Refuse until the block is left."""
        if not self._installed:
            sys.addaudithook(self._hook)
            self._installed = True
        self._watching = True
        try:
            yield
        finally:
            self._watching = False

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._watching:
            return
        if event in FORBIDDEN or (event == "open" and not _may_open(*arguments)):
            self._watching = False
            raise Impure(f"not pure, move the test to tests/integration: {event} {arguments}")


def _may_open(path: object, mode: object, flags: object) -> bool:
    if not isinstance(path, str | bytes):
        return True
    name = path.decode() if isinstance(path, bytes) else path
    if isinstance(flags, int) and flags & 0b11:
        return any(part in name for part in WRITABLE)
    return not name.startswith("/") or name.startswith(READABLE)


guard = Guard()
