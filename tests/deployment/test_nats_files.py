"""The NATS server itself reads the configuration files that are deployed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monthline.nats_accounts import OPERATOR, variable
from monthline.registry import SERVICES
from tests.support.certificates import Authority

FILES = Path(__file__).parents[2] / "deploy" / "nats"
MOUNTED = "/etc/nats/tls"


def checked_by_server(config: Path) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("nats-server") or str(Path(sys.executable).parent / "nats-server")
    passwords = {variable(user): "p1234567890abcdef" for user in (*SERVICES, OPERATOR)}
    environment = {"PATH": os.defpath, **passwords}
    return subprocess.run(
        [program, "-t", "-c", str(config)], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FILES, tmp_path / "nats")
    return tmp_path / "nats"


def test_the_server_accepts_the_configuration(folder: Path) -> None:
    checked = checked_by_server(folder / "nats.conf")
    assert checked.returncode == 0, checked.stderr


def test_the_server_accepts_the_configuration_with_tls(folder: Path) -> None:
    authority = Authority(folder / "tls")
    pair = authority.issue("tls")
    assert pair.certificate.name == "tls.crt"
    with_tls = folder / "nats-tls.conf"
    with_tls.write_text(with_tls.read_text().replace(MOUNTED, str(folder / "tls")))
    checked = checked_by_server(with_tls)
    assert checked.returncode == 0, checked.stderr


def test_a_password_that_is_not_given_stops_the_server(folder: Path) -> None:
    accounts = folder / "accounts.conf"
    accounts.write_text(accounts.read_text().replace("$NATS_PLANS_PASSWORD", "$NATS_PLANNS_PASSWORD"))
    assert checked_by_server(folder / "nats.conf").returncode != 0


def test_a_slip_in_the_accounts_stops_the_server(folder: Path) -> None:
    accounts = folder / "accounts.conf"
    accounts.write_text(accounts.read_text().replace("permissions {", "permisions {", 1))
    assert checked_by_server(folder / "nats.conf").returncode != 0
