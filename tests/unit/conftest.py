"""Sockets are off: a unit test that opens one fails."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _sockets_off() -> Iterator[None]:
    """No socket but those by which an event loop wakes itself."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
