"""Unit tests reach nobody."""

import asyncio
import socket

import pytest
from pytest_socket import SocketBlockedError


def test_a_socket_cannot_be_opened() -> None:
    with pytest.raises(SocketBlockedError), pytest.warns(UserWarning, match="tried to use socket"):
        socket.create_connection(("127.0.0.1", 9), timeout=0.1)


async def test_a_server_cannot_be_reached_from_an_event_loop() -> None:
    with pytest.raises(SocketBlockedError), pytest.warns(UserWarning, match="tried to use socket"):
        await asyncio.open_connection("127.0.0.1", 9)
