"""What a server's refusal means to an operator: one line without secrets, and what to do about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.contracts.refusals import Refusal

LONGEST = 300


class Unfit(Exception):
    """A server answers and is not what this program needs; ``fix`` says what to do about it.

    ``final`` when only another start can help: the fault is in this process's own settings.
    """

    def __init__(self, what: str, fix: str, *, final: bool = False) -> None:
        super().__init__(what)
        self.fix = fix
        self.final = final


@dataclass(frozen=True)
class Server:
    """A kind of server: the variable that says where it is, and how its refusals are put right.

    ``fixes`` are patterns of what it says, each with what to do; the first that is found counts.
    """

    name: str
    variable: str
    fixes: tuple[tuple[str, str], ...]


POSTGRES = Server(
    "PostgreSQL",
    "DATABASE_URL",
    (
        (
            r'authentication failed|role ".*" (does not exist|is not permitted)|no pg_hba\.conf entry'
            r"|no password supplied",
            "correct user and password in DATABASE_URL; monthline migrate makes the services' roles",
        ),
        (
            r'database ".*" does not exist|permission denied for database',
            "create the database and let this role use it, or correct DATABASE_URL",
        ),
        (
            r"permission denied|must be (owner|superuser)|permission to (create|alter)",
            "run monthline migrate as the owner of the database, who may create roles and schemas",
        ),
        (
            r"support SSL|SSL error|certificate",
            "correct sslmode and sslrootcert in DATABASE_URL, or the server's certificate",
        ),
        (r"invalid connection option", "correct DATABASE_URL"),
    ),
)
NATS = Server(
    "NATS",
    "NATS_URL",
    (
        (
            r"authorization violation|authentication (timeout|expired)",
            "correct user and password in NATS_URL, or the server's accounts (deploy/nats)",
        ),
        (r"permissions violation", "grant it to this user in the server's accounts (deploy/nats)"),
        (r"offers no TLS", "have the server offer TLS, or correct NATS_URL and NATS_CA"),
        (r"certificate|\[SSL", "correct NATS_CA and NATS_CERT, or the server's certificate"),
        (r"no responders|JetStream not enabled", "start nats-server with JetStream (-js)"),
    ),
)
TEMPORAL = Server(
    "Temporal",
    "TEMPORAL_ADDRESS",
    (
        (
            r"unauthenticated|unauthorized|permission.?denied",
            "correct TEMPORAL_API_KEY or the client certificate, and what they may do in the namespace",
        ),
        (
            r"InvalidCertificate|InvalidMessage|UnknownIssuer|NotValidForName|AlertReceived",
            "correct TEMPORAL_TLS_… and the certificates",
        ),
    ),
)


def said_by(error: BaseException) -> str:
    """The first line of what a server has said, without the words that our libraries put around it."""
    while inner := _inside(error):
        error = inner
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    # Where several addresses were tried, what they said comes below.
    first = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    return first[:LONGEST]


def _inside(error: BaseException) -> BaseException | None:
    found = getattr(error, "orig", None) or (error.__cause__ if isinstance(error, Refusal) else None)
    return found if isinstance(found, BaseException) else None


def fix_of(server: Server, error: BaseException) -> str | None:
    """What to do about an error of this server; None when waiting may be all, as while it is away."""
    status = getattr(getattr(error, "status", None), "name", "")
    said = f"{said_by(error)} {status}"
    return next((fix for pattern, fix in server.fixes if re.search(pattern, said, re.IGNORECASE)), None)


@contextmanager
def judged(server: Server) -> Iterator[None]:
    """Raise Unfit for an error of the block that no waiting puts right; others are raised as they are."""
    try:
        yield
    except Unfit:
        raise
    except Exception as error:
        fix = fix_of(server, error)
        if fix is None:
            raise
        raise Unfit(f"{server.name} says: {said_by(error)}", fix) from error
