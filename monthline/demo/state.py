"""Owns what the demo remembers between two starts: whose month it holds, and whether it has ended."""

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from monthline.company.settings import Company
from monthline.demo.scene import Mishap
from shared.contracts.calendar import TimeScale
from shared.contracts.values import Month, Value

DEFAULT_FOLDER = Path(".monthline/demo")
ROOT = Path(__file__).parents[2]
_MARK = "demo.json"
_SECRET = "role-secret"


class Memory(Value):
    """The month a data folder holds.

    ``files`` is the digest of the company's files, ``schemas`` that of the migrations its database has seen.
    """

    company: Company
    files: str
    month: Month
    scale: TimeScale | None = None
    finished: bool = False
    schemas: str = ""
    mishaps: tuple[Mishap, ...] = ()


class Busy(Exception):
    """Another process plays a demo over this folder."""


class Foreign(Exception):
    """The folder holds something that is not a demo's data."""


def digest(files: Mapping[str, bytes]) -> str:
    """The same for the same files, whatever folder they lie in."""
    total = hashlib.sha256()
    for name, data in sorted(files.items()):
        total.update(f"{name}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()


def schema_digest() -> str:
    """The same as long as this program has the same migrations."""
    versions = sorted(ROOT.glob("services/*/migrations/versions/*.py"))
    return digest({path.relative_to(ROOT).as_posix(): path.read_bytes() for path in versions})


class DataFolder:
    """The folder of one demo: servers' data, logs, keys, mails and the demo's own memory."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    @property
    def logs(self) -> Path:
        """Where every process writes its log."""
        return self.path / "logs"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps others out for the length of the block; raises Busy, or Foreign for a stranger's folder."""
        self._require_ours()
        self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        with (self.path / "demo.lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Busy(str(self.path)) from error
            yield

    def memory(self) -> Memory | None:
        """What the folder holds; None when it is new, or was written by another version."""
        try:
            return Memory.model_validate_json(self._mark.read_bytes())
        except (OSError, ValidationError):
            return None

    def remember(self, memory: Memory) -> None:
        """Keeps ``memory``; a crash leaves the old one or the new one."""
        self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = self._mark.with_suffix(".new")
        draft.write_text(memory.model_dump_json(indent=2), encoding="utf-8")
        draft.replace(self._mark)

    def role_secret(self) -> str:
        """From which the database passwords of the services are made; the folder's own."""
        path = self.path / _SECRET
        if not path.exists():
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(16))
        return path.read_text(encoding="utf-8")

    def erase(self) -> None:
        """Removes what the demo has kept, and the folder; raises Foreign when it is not the demo's."""
        self._require_ours()
        if not self.path.exists():
            return
        for entry in self.path.iterdir():
            if entry.name != "demo.lock":
                _remove(entry)

    def forget(self) -> None:
        """Removes the folder itself, when nothing is left in it."""
        (self.path / "demo.lock").unlink(missing_ok=True)
        if self.path.exists() and not any(self.path.iterdir()):
            self.path.rmdir()

    @property
    def _mark(self) -> Path:
        return self.path / _MARK

    def _require_ours(self) -> None:
        entries = {entry.name for entry in self.path.iterdir()} if self.path.is_dir() else set()
        if entries and not entries & {_MARK, "demo.lock"}:
            raise Foreign(str(self.path))


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
