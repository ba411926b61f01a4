"""A unit test that does more than compute fails."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.purity import Impure


@pytest.mark.parametrize(
    "act",
    [
        lambda: socket.create_connection(("127.0.0.1", 9), timeout=0.1),
        lambda: subprocess.run(["true"], check=False),
        lambda: Path("/etc/hostname").read_text(),
        lambda: Path(__file__).with_name("written").write_text("x"),
    ],
    ids=["connect", "start a program", "read elsewhere", "write"],
)
def test_a_unit_test_only_computes(act: Callable[[], object]) -> None:
    with pytest.raises(Impure):
        act()


def test_a_unit_test_reads_the_repository() -> None:
    assert Path(__file__).read_text(encoding="utf-8")
