"""Owns how root runs a server that refuses to be root: as `nobody`, with a way to its files."""

import os
import pwd
import stat
from pathlib import Path

from monthline.embedded.errors import ServerError

_READABLE = stat.S_IRGRP | stat.S_IROTH
_TRAVERSABLE = stat.S_IXGRP | stat.S_IXOTH


def unprivileged_user() -> pwd.struct_passwd | None:
    """`nobody` when we are root; None when we are not and nothing needs to change."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServerError(
            "postgres: it refuses to run as root, and this system has no user 'nobody' to run it as; "
            "start as an ordinary user, or set DATABASE_URL to a server of your own"
        ) from error


def open_way_to(path: Path) -> None:
    """Lets everybody pass through the folders above `path`, without letting them list what is in there."""
    for folder in path.parents:
        _permit(folder, stat.S_IXOTH)


def open_for_reading(folder: Path) -> None:
    """Makes a folder and all in it readable for everybody, which it is not when the umask was strict."""
    open_way_to(folder)
    for path in (folder, *folder.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        _permit(path, _READABLE | (_TRAVERSABLE if executable else 0))


def _permit(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits == bits:
        return
    try:
        path.chmod(mode | bits)
    except OSError as error:
        raise ServerError(
            f"postgres: 'nobody', as whom it runs because we are root, cannot pass {path}: {error.strerror}; "
            f"move the data folder or .venv elsewhere, start as an ordinary user, or set DATABASE_URL"
        ) from error
