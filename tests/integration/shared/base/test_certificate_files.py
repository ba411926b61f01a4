"""Wrong settings are named with their variables, all at once, before anything is connected."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monthline.deployment import from_environment
from monthline.registry import MODULES
from shared.base.settings import Settings
from shared.engine.temporal import tls_of as temporal_tls
from shared.process.runner import load_settings
from tests.support.certificates import Authority

REQUIRED = {
    "DATABASE_URL": "postgresql://plans:secret@db/monthline",
    "OIDC_ISSUER": "https://login.example.com",
    "OIDC_JWKS_URL": "https://login.example.com/keys",
}
Load = Callable[..., Settings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def loaded(**variables: str) -> Settings:
        for name, value in (REQUIRED | variables).items():
            monkeypatch.setenv(name, value)
        return load_settings(Settings)

    return loaded


def complaints(load: Load, capsys: pytest.CaptureFixture[str], **variables: str) -> str:
    with pytest.raises(SystemExit) as ended:
        load(**variables)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_certificate_without_its_key_is_named(
    load: Load, capsys: pytest.CaptureFixture[str], authority: Authority
) -> None:
    pair = authority.issue("client")
    said = complaints(load, capsys, NATS_CERT=str(pair.certificate))
    assert said.startswith("NATS_KEY: set NATS_CERT and NATS_KEY, or neither")
    said = complaints(load, capsys, NATS_CERT="", TEMPORAL_TLS_CLIENT_KEY_PATH=str(pair.key))
    assert said.startswith("TEMPORAL_TLS_CLIENT_KEY_PATH: set TEMPORAL_TLS_CLIENT_CERT_PATH and")


def test_a_key_of_another_certificate_is_named(
    load: Load, capsys: pytest.CaptureFixture[str], authority: Authority
) -> None:
    one, other = authority.issue("one"), authority.issue("other")
    said = complaints(load, capsys, NATS_CERT=str(one.certificate), NATS_KEY=str(other.key))
    assert said.startswith("NATS_KEY: ")
    assert "is not the unencrypted key of" in said


def test_a_file_without_certificates_is_no_authority(
    load: Load, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    said = complaints(load, capsys, NATS_CA=str(tmp_path / "ca.pem"))
    assert said.startswith("NATS_CA: no certificates in ")


def test_temporal_is_given_all_files(load: Load, authority: Authority) -> None:
    pair = authority.issue("worker")
    config = temporal_tls(
        load(
            TEMPORAL_TLS_SERVER_CA_CERT_PATH=str(authority.certificate),
            TEMPORAL_TLS_CLIENT_CERT_PATH=str(pair.certificate),
            TEMPORAL_TLS_CLIENT_KEY_PATH=str(pair.key),
            TEMPORAL_TLS_SERVER_NAME="temporal.internal",
        )
    )
    assert not isinstance(config, bool)
    assert config.server_root_ca_cert == authority.certificate.read_bytes()
    assert config.client_cert == pair.certificate.read_bytes()
    assert config.client_private_key == pair.key.read_bytes()
    assert config.domain == "temporal.internal"


def deployment(**variables: str) -> dict[str, str]:
    owner = "postgresql://owner:secret@db/monthline?sslmode=verify-full&sslrootcert=system"
    return {"DATABASE_URL": owner, "ROLE_SECRET": "x" * 16, "NATS_URL": "tls://operator:o@nats"} | variables


@pytest.mark.parametrize("process", MODULES)
def test_every_process_but_notify_has_what_opens_payloads_and_the_engine(
    process: str, authority: Authority
) -> None:
    pair = authority.issue("client")
    secrets = {
        "PAYLOAD_KEYS": f"a:{'A' * 43}=",
        "PAYLOAD_STRICT": "true",
        "TEMPORAL_API_KEY": "an engine key",
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(pair.certificate),
        "TEMPORAL_TLS_CLIENT_KEY_PATH": str(pair.key),
    }
    given = deployment(**secrets)
    found = given | from_environment(given).environment(process)
    expected = dict.fromkeys(secrets, "") if process == "notify" else secrets
    assert {name: found[name] for name in secrets} == expected
