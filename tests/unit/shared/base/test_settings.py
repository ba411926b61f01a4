"""Wrong settings are named with their variables, all at once, before anything is connected."""

from collections.abc import Callable

import pytest
from temporalio.common import VersioningBehavior

from monthline.deployment import DeploymentError, from_environment
from monthline.registry import SERVICES
from shared.base.settings import CodecSettings, Settings
from shared.bus.connection import address_of
from shared.bus.connection import tls_of as nats_tls
from shared.engine.temporal import BUILD, versioning
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


def test_all_that_is_wrong_is_named_at_once(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    said = complaints(
        load,
        capsys,
        DATABASE_URL="postgresql://db/monthline?sslmode=verify-full&sslrootcert=/no/ca.pem",
        NATS_URL="http://nats",
        NATS_CA="/no/nats-ca.pem",
        TEMPORAL_TLS_SERVER_CA_CERT_PATH="/no/temporal-ca.pem",
        TEMPORAL_TLS_CLIENT_CERT_PATH="/no/client.pem",
        RUN_API="false",
        RUN_WORKER="false",
        HTTP_PORT="eighty",
        OIDC_ISSUER="nobody",
    )
    named = [line.split(":")[0] for line in said.splitlines()[:-1]]
    assert sorted(named) == [
        "DATABASE_URL",
        "HTTP_PORT",
        "NATS_CA",
        "NATS_URL",
        "OIDC_ISSUER",
        "RUN_WORKER",
        "TEMPORAL_TLS_CLIENT_CERT_PATH",
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    ]
    assert "/no/ca.pem" in said
    assert "/no/nats-ca.pem" in said


def test_a_refused_setting_is_not_repeated(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    said = complaints(load, capsys, DATABASE_URL="mysql://u:hunter2@db/x", NATS_URL="http://u:hunter2@nats")
    assert "DATABASE_URL" in said
    assert "hunter2" not in said


MALFORMED = [
    ("DATABASE_URL", "postgresql://u:hunter2@db:abc/monthline"),
    ("DATABASE_URL", "postgresql://u:hunter2@db:70000/monthline"),
    ("DATABASE_URL", "postgresql://u:hunter2#x@db:5432/monthline"),
    ("DATABASE_URL", "postgresql://u:hunter2@/monthline"),
    ("DATABASE_URL", "postgresql://u:hunter2@db"),
    ("DATABASE_URL", "postgresql://u:hunter2@db/monthline?sslmode=yes"),
    ("NATS_URL", "nats://"),
    ("NATS_URL", "nats://u:hunter2@x:yy"),
    ("NATS_URL", "nats://a:4222,http://b:4222"),
    ("TEMPORAL_ADDRESS", "http://x:7233"),
    ("TEMPORAL_ADDRESS", "temporal"),
    ("TEMPORAL_ADDRESS", "temporal:0"),
    ("TEMPORAL_ADDRESS", "temporal:seven"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "foo"),
    ("SMTP_URL", "smtp:hunter2"),
    ("SMTP_URL", "http://mail"),
    ("SMTP_URL", "smtp://u:hunter2@:25"),
    ("COMPANY_ZONE", "Asia/Peking"),
    ("DATABASE_POOL", "1"),
]


@pytest.mark.parametrize(("variable", "value"), MALFORMED)
def test_what_is_malformed_is_named_beside_everything_else_and_not_repeated(
    load: Load, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    said = complaints(load, capsys, **{variable: value, "HTTP_PORT": "eighty"})
    assert sorted(line.split(":")[0] for line in said.splitlines()[:-1]) == sorted([variable, "HTTP_PORT"])
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "postgresql:///monthline?host=/run/postgresql"),
        ("DATABASE_URL", "postgres://u:p%40ss@[::1]:5432/monthline?sslmode=require"),
        ("NATS_URL", "tls://u:p@a:4222,tls://u:p@b:4222"),
        ("NATS_URL", "nats://nats"),
        ("TEMPORAL_ADDRESS", "[::1]:7233"),
        ("TEMPORAL_ADDRESS", "months.a1b2c.tmprl.cloud:7233"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
        ("SMTP_URL", "smtp://me%40a:p%3Aw@mail.example:587"),
    ],
)
def test_what_is_well_formed_is_kept_as_it_was_written(load: Load, variable: str, value: str) -> None:
    assert getattr(load(**{variable: value}), variable.lower()) == value


def test_a_codec_server_without_keys_names_them_beside_everything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in CodecSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(SystemExit):
        load_settings(CodecSettings)
    named = [line.split(":")[0] for line in capsys.readouterr().err.splitlines()[:-1]]
    assert sorted(named) == ["OIDC_ISSUER", "OIDC_JWKS_URL", "PAYLOAD_KEYS"]


def test_without_tls_settings_nothing_speaks_tls(load: Load) -> None:
    settings = load()
    assert nats_tls(settings) is None
    assert temporal_tls(settings) is False


@pytest.mark.parametrize("name", ["TEMPORAL_TLS", "TEMPORAL_API_KEY", "TEMPORAL_TLS_SERVER_NAME"])
def test_one_setting_is_enough_to_speak_tls_to_temporal(load: Load, name: str) -> None:
    assert temporal_tls(load(**{name: "true"})) is not False


def test_a_tls_url_or_a_file_is_enough_to_speak_tls_to_nats(load: Load, authority: Authority) -> None:
    assert nats_tls(load(NATS_URL="tls://nats:4222")) is not None
    assert nats_tls(load(NATS_URL="nats://nats:4222", NATS_CA=str(authority.certificate))) is not None


def test_an_address_in_a_message_has_no_password() -> None:
    url = "tls://plans:pa@ss@a:4222,tls://plans:pa@ss@b:4222"
    assert address_of(url) == "a:4222,b:4222"
    assert address_of("nats://127.0.0.1:4222") == "127.0.0.1:4222"


def deployment(**variables: str) -> dict[str, str]:
    owner = "postgresql://owner:secret@db/monthline?sslmode=verify-full&sslrootcert=system"
    return {"DATABASE_URL": owner, "ROLE_SECRET": "x" * 16, "NATS_URL": "tls://operator:o@nats"} | variables


def test_each_process_logs_in_to_nats_as_itself_and_sees_nobody_elses_password() -> None:
    given = deployment(PLANS_NATS_URL="tls://plans:p@nats", REVIEW_NATS_URL="tls://review:r@nats")
    target = from_environment(given)
    plans = given | target.environment("plans")
    assert plans["NATS_URL"] == "tls://plans:p@nats"
    assert "tls://review:r@nats" not in plans.values()
    assert "tls://operator:o@nats" not in plans.values()
    assert (given | target.environment("workflows"))["NATS_URL"] == ""


def test_a_services_role_keeps_the_tls_of_the_owners_dsn() -> None:
    dsn = from_environment(deployment()).dsn("plans")
    assert dsn.startswith("postgresql://monthline_plans:")
    assert "sslmode=verify-full" in dsn
    assert "sslrootcert=system" in dsn


def test_an_operators_command_names_every_wrong_variable() -> None:
    with pytest.raises(DeploymentError) as refused:
        from_environment(deployment(PLANS_NATS_URL="plans", NATS_CA="/no/ca.pem", TEMPORAL_TLS="perhaps"))
    assert [line.split(":")[0] for line in refused.value.lines] == [
        "TEMPORAL_TLS",
        "NATS_CA",
        "PLANS_NATS_URL",
    ]


def named(given: dict[str, str], *needs: str) -> list[str]:
    with pytest.raises(DeploymentError) as refused:
        from_environment(given, needs=needs)
    return [line.split(":")[0] for line in refused.value.lines]


def test_an_operators_command_without_anything_names_all_that_it_needs_at_once() -> None:
    assert named({}) == ["DATABASE_URL", "ROLE_SECRET"]
    assert named({}, "oidc_issuer") == ["DATABASE_URL", "ROLE_SECRET", "OIDC_ISSUER"]
    assert named(deployment(), "oidc_issuer", "oidc_jwks_url") == ["OIDC_ISSUER", "OIDC_JWKS_URL"]


def test_the_secret_of_the_roles_is_needed_for_those_alone_that_have_no_dsn() -> None:
    given = deployment(
        **{f"{service.upper()}_DATABASE_URL": f"postgresql://{service}@db/monthline" for service in SERVICES}
    )
    del given["ROLE_SECRET"]
    assert from_environment(given).role_secret is None
    del given["REVIEW_DATABASE_URL"]
    with pytest.raises(DeploymentError, match=r"ROLE_SECRET: .*REVIEW_DATABASE_URL"):
        from_environment(given)


@pytest.mark.parametrize(
    "elsewhere",
    ["postgresql://p@db2/monthline", "postgresql://p@db:6432/monthline", "postgresql://p@db/plans"],
)
def test_a_service_whose_database_is_another_than_the_owners_needs_an_owner_there(elsewhere: str) -> None:
    given = deployment(PLANS_DATABASE_URL=elsewhere)
    with pytest.raises(DeploymentError, match=r"PLANS_DATABASE_URL: .* set PLANS_OWNER_DATABASE_URL"):
        from_environment(given)
    owner = elsewhere.replace("//p@", "//owner:secret@")
    target = from_environment(given | {"PLANS_OWNER_DATABASE_URL": owner})
    assert target.owner("plans") == owner
    assert target.owner("review") == given["DATABASE_URL"]
    assert owner not in target.environment("plans").values()


def test_a_role_is_made_where_its_schema_is() -> None:
    given = deployment(PLANS_OWNER_DATABASE_URL="postgresql://owner@db2/plans")
    assert from_environment(given).dsn("plans").endswith("@db2/plans")


def test_an_operators_command_knows_time_zones_as_the_services_do() -> None:
    assert named(deployment(COMPANY_ZONE="Asia/Peking")) == ["COMPANY_ZONE"]


def test_a_worker_belongs_to_a_deployment_only_where_both_parts_are_named(load: Load) -> None:
    assert versioning(load()) == {"build_id": BUILD}
    assert versioning(load(TEMPORAL_DEPLOYMENT_NAME="months")) == {"build_id": BUILD}
    named = versioning(load(TEMPORAL_DEPLOYMENT_NAME="months", TEMPORAL_WORKER_BUILD_ID="1a2b"))
    config = named["deployment_config"]
    assert config.use_worker_versioning
    assert config.version.to_canonical_string() == "months.1a2b"
    assert config.default_versioning_behavior is VersioningBehavior.AUTO_UPGRADE


@pytest.mark.parametrize("text", ["ops", '["ops"', "ops,lead"])
def test_a_list_that_is_no_json_is_named_like_every_other_setting(
    load: Load, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    said = complaints(load, capsys, ADMINS=text, PAYLOAD_KEYS="nonsense")
    assert "ADMINS: write it as JSON" in said
    assert "PAYLOAD_KEYS: key 1 is not of the form" in said
    assert "nonsense" not in said


@pytest.mark.parametrize("keys", ["", f"plain,a:{'A' * 43}="])
def test_nothing_but_what_is_encrypted_is_asked_for_only_where_a_key_encrypts(
    load: Load, capsys: pytest.CaptureFixture[str], keys: str
) -> None:
    said = complaints(load, capsys, PAYLOAD_STRICT="true", PAYLOAD_KEYS=keys)
    assert said.startswith("PAYLOAD_STRICT: nothing is encrypted")
    assert load(PAYLOAD_STRICT="true", PAYLOAD_KEYS=f"a:{'A' * 43}=").payload_strict


def test_a_list_in_json_is_read(load: Load) -> None:
    assert load(ADMINS='["ops", "lead"]').admins == ("ops", "lead")


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.example.com", "10.0.0.1 10.0.0.2", "10.0.0.7/24"])
def test_a_proxy_that_is_no_address_is_named(
    load: Load, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert "FORWARDED_ALLOW_IPS: " in complaints(load, capsys, FORWARDED_ALLOW_IPS=text)


@pytest.mark.parametrize("text", ["*", "10.0.0.1", "10.244.0.0/16, fd00::/8"])
def test_proxies_are_addresses_and_networks(load: Load, text: str) -> None:
    assert load(FORWARDED_ALLOW_IPS=text).forwarded_allow_ips == text
