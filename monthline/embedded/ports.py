"""Owns the choice of a TCP port on loopback, and the shortest of HTTP questions to it."""

import errno
import http.client
import random
import socket
import time
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
CHOICE = range(20_000, 32_768)
"""Above the ports of most services, below those that Linux gives to connections."""
_given: set[int] = set()


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a connection that is fading out does not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nobody has, given out once. Raises OSError when there is none.

    No connection gets it before its server has it, or while that is away.
    """
    for port in random.SystemRandom().sample(CHOICE, len(CHOICE)):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise OSError(errno.EADDRINUSE, f"no port from {CHOICE.start} to {CHOICE.stop - 1} is free")


@dataclass
class Port:
    """The preferred port when it is free, else any; once clients know it, always the same."""

    preferred: int | None = None
    number: int = field(default=0, init=False)
    kept: bool = field(default=False, init=False)

    def settle(self, patience: float = 5.0) -> bool:
        """Chooses the number; False when the number that clients know stays taken for `patience` seconds."""
        if self.kept:
            return _becomes_free(self.number, patience)
        self.number = self.preferred if self.preferred and is_free(self.preferred) else free_port()
        return True


def _becomes_free(port: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def http_get(port: int, path: str, timeout: float = 2.0) -> tuple[int, bytes] | None:
    """Status and body of a loopback page, past any proxy the environment names; None when nobody answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
