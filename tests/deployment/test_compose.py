"""The compose file: valid, complete, in an order that starts, each role given what its code reads."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic_settings import BaseSettings

from monthline.deployment import Deployment, Reached, from_environment
from monthline.registry import MODULES, SERVICES
from shared.base.settings import CodecSettings, ProcessSettings, Settings
from shared.engine.temporal import GRACE
from shared.web.serving import GRACE as HTTP_GRACE
from tests.support import compose

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
ISSUER = {"OIDC_ISSUER": "https://login.example.com", "OIDC_JWKS_URL": "https://login.example.com/keys"}


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    """What ``deploy/compose/env.sh`` prints."""
    script = ROOT / "deploy/compose/env.sh"
    said = subprocess.run(["sh", script, "-"], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line and not line.startswith("#"))


@pytest.fixture(scope="module")
def services(printed: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = compose.read(FILE, printed | ISSUER)["services"]
    return found


def test_the_file_is_valid_and_a_word_that_compose_does_not_know_is_found(tmp_path: Path) -> None:
    broken = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    broken["services"]["plans"]["healtcheck"] = {}
    (tmp_path / "broken.yml").write_text(yaml.safe_dump(broken), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "-o",
        "json",
    ]
    files = [str(FILE), str(tmp_path / "broken.yml")]
    said = json.loads(subprocess.run([*command, *files], capture_output=True, text=True, check=False).stdout)
    assert {found["filename"] for found in said["errors"]} == {str(tmp_path / "broken.yml")}
    assert "healtcheck" in json.dumps(said["errors"])


def test_the_printed_environment_lacks_the_issuer_and_nothing_else(printed: dict[str, str]) -> None:
    with pytest.raises(compose.MissingVariable, match="name your issuer"):
        compose.read(FILE, printed)
    compose.read(FILE, printed | ISSUER)
    assert set(printed) - compose.variables(FILE) == set()


def test_two_printed_environments_share_no_password(printed: dict[str, str]) -> None:
    passwords = [value for name, value in printed.items() if name.endswith("_PASSWORD")]
    assert len(set(passwords)) == len(passwords) == 14


def test_every_role_is_there_with_the_command_of_its_module(services: dict[str, Any]) -> None:
    commands = {name: services[name]["command"] for name in MODULES}
    assert commands == {name: ["python", "-m", module] for name, module in MODULES.items()}


@pytest.mark.parametrize("name", [*MODULES])
def test_a_role_is_given_settings_its_code_knows_and_all_it_requires(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kind = ProcessSettings if name == "workflows" else Settings
    given = services[name]["environment"]
    assert [variable for variable in given if variable.lower() not in kind.model_fields] == []
    for variable in Settings.model_fields:
        monkeypatch.delenv(variable.upper(), raising=False)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    kind()


def test_the_codec_server_is_given_settings_its_code_knows(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = services["codec"]["environment"]
    assert [variable for variable in given if variable.lower() not in CodecSettings.model_fields] == []
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    assert CodecSettings().keyring


KINDS: dict[str, type[BaseSettings]] = {
    **dict.fromkeys(SERVICES, Settings),
    "workflows": ProcessSettings,
    "codec": CodecSettings,
}
SPOKEN_TO = {
    "TEMPORAL_ADDRESS",
    "TEMPORAL_NAMESPACE",
    "PAYLOAD_KEYS",
    "PAYLOAD_COMPRESS_FROM",
    "PAYLOAD_STRICT",
}
OF_TLS = {name.upper() for name in Settings.model_fields if "_tls" in name or name.startswith("nats_c")}
GIVEN_BY_THE_FILE = {"DATABASE_URL", "NATS_URL", "TEMPORAL_ADDRESS", "FORWARDED_ALLOW_IPS"}
LEFT_OUT = {
    # The image says where a process listens; each runs both of its parts; nobody ramps up versions here.
    *("HTTP_HOST", "HTTP_PORT", "RUN_API", "RUN_WORKER"),
    *("TEMPORAL_DEPLOYMENT_NAME", "TEMPORAL_WORKER_BUILD_ID"),
    # Traffic stays inside the file's own networks.
    *(OF_TLS | {"NATS_KEY", "TEMPORAL_API_KEY"}),
}
NOTIFY_ALONE = {"SMTP_URL", "MAIL_FROM", "WEBHOOK_ALLOW_PRIVATE"}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_set_in_the_one_env_file_reaches_the_role(printed: dict[str, str], name: str) -> None:
    fields = {field.upper() for field in KINDS[name].model_fields}
    probes = {field: f"probe-{field}" for field in fields}
    given = compose.read(FILE, printed | ISSUER | probes)["services"][name]["environment"]
    left_out = LEFT_OUT | (SPOKEN_TO if name == "notify" else NOTIFY_ALONE)
    # Nobody calls the workflow worker.
    left_out |= {"FORWARDED_ALLOW_IPS"} if name == "workflows" else set()
    assert {field for field in fields - left_out if field not in given} == set()
    reached = fields - left_out - GIVEN_BY_THE_FILE
    assert {field: given[field] for field in reached} == {field: probes[field] for field in reached}


def test_a_setting_that_the_env_file_does_not_name_keeps_its_default(services: dict[str, Any]) -> None:
    assert not {"WORKER_ACTIVITIES", "RATE_PER_PLAN", "LOG_FORMAT"} & set(services["plans"]["environment"])


@pytest.mark.parametrize("name", [*SERVICES, "workflows"])
def test_traces_are_set_up_by_the_standard_variables(printed: dict[str, str], name: str) -> None:
    sampled = {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.1"}
    given = compose.read(FILE, printed | ISSUER | sampled)["services"][name]["environment"]
    assert sampled.items() <= given.items()


def test_payload_keys_are_given_to_those_who_read_payloads_alone(services: dict[str, Any]) -> None:
    holders = {name for name, one in services.items() if "PAYLOAD_KEYS" in one.get("environment", {})}
    assert holders == {*MODULES, "migrate", "operate", "codec"} - {"notify"}


def test_a_proxy_on_this_machine_may_say_whom_it_calls_for(printed: dict[str, str]) -> None:
    found = compose.read(FILE, printed | ISSUER | {"OUTSIDE_SUBNET": "10.99.0.0/24"})
    assert found["networks"]["outside"]["ipam"]["config"] == [{"subnet": "10.99.0.0/24"}]
    behind = [*SERVICES, "codec"]
    assert {found["services"][name]["environment"]["FORWARDED_ALLOW_IPS"] for name in behind} == {
        "10.99.0.0/24"
    }


def test_an_operator_s_commands_see_the_whole_deployment(services: dict[str, Any]) -> None:
    given = services["operate"]["environment"]
    known = {*Deployment.model_fields, *Settings.model_fields, *Reached.model_fields}
    assert [variable for variable in given if variable.lower() not in known] == []
    target = from_environment(given)
    for name in SERVICES:
        assert target.dsn(name) == services[name]["environment"]["DATABASE_URL"]
    hosts = {name: urlsplit(url) for name, url in target.process_urls.items()}
    assert {name: url.hostname for name, url in hosts.items()} == {name: name for name in (*MODULES, "codec")}
    assert {url.port for url in hosts.values()} == {8000}
    assert target.oidc_issuer == ISSUER["OIDC_ISSUER"]
    assert str(target.oidc_jwks_url) == ISSUER["OIDC_JWKS_URL"]
    assert target.smtp_url == services["notify"]["environment"]["SMTP_URL"]
    assert target.nats_url == services["migrate"]["environment"]["NATS_URL"]
    reached = Reached.model_validate({name.lower(): value for name, value in given.items()})
    assert reached.monthline_plans_url == target.process_urls["plans"]


def test_temporal_s_own_command_line_reaches_the_codec_server(services: dict[str, Any]) -> None:
    cli, codec = services["temporal-cli"], services["codec"]
    assert set(cli["networks"]) >= {*services["temporal"]["networks"], *codec["networks"]}
    assert cli["environment"]["TEMPORAL_CODEC_ENDPOINT"] == "http://codec:8000"
    assert cli["profiles"] == ["operate"]


def test_temporal_s_pages_are_given_a_login_by_the_env_file_alone(
    services: dict[str, Any], printed: dict[str, str]
) -> None:
    assert not [name for name in services["temporal-ui"]["environment"] if "AUTH" in name or "CODEC" in name]
    login = {
        "TEMPORAL_AUTH_ENABLED": "true",
        "TEMPORAL_AUTH_PROVIDER_URL": ISSUER["OIDC_ISSUER"],
        "TEMPORAL_CODEC_ENDPOINT": "https://codec.example.com",
        "TEMPORAL_CODEC_PASS_ACCESS_TOKEN": "true",
    }
    read = compose.read(FILE, printed | ISSUER | login)
    assert login.items() <= read["services"]["temporal-ui"]["environment"].items()


def test_an_operator_s_commands_reach_servers_issuer_and_processes_and_start_with_none(
    services: dict[str, Any],
) -> None:
    operate = services["operate"]
    assert set(operate["networks"]) == {"servers", "outside"}
    assert operate["profiles"] == ["operate"]
    assert operate["entrypoint"] == ["monthline"]
    assert "depends_on" not in operate
    for name in (*MODULES, "codec"):
        assert set(services[name]["networks"]) & set(operate["networks"]), name


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_logs_in_everywhere_as_itself(services: dict[str, Any], name: str) -> None:
    given = services[name]["environment"]
    assert urlsplit(given["DATABASE_URL"]).username == f"monthline_{name}"
    assert urlsplit(given["NATS_URL"]).username == name
    password = urlsplit(given["NATS_URL"]).password
    assert services["nats"]["environment"][f"NATS_{name.upper()}_PASSWORD"] == password


def test_the_migration_makes_the_roles_with_the_passwords_that_they_use(services: dict[str, Any]) -> None:
    given = services["migrate"]["environment"]
    target = from_environment(given)
    for name in SERVICES:
        assert target.dsn(name) == services[name]["environment"]["DATABASE_URL"]
    unknown = [
        variable
        for variable in given
        if variable.lower() not in {*Deployment.model_fields, *Settings.model_fields}
    ]
    assert unknown == []


def test_only_a_healthy_or_finished_server_lets_the_next_one_start(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for needed, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], f"{name} waits for the health of {needed}"
            else:
                assert condition["condition"] == "service_completed_successfully"
                assert services[needed]["restart"].startswith("on-failure"), needed


def start_order(services: dict[str, Any]) -> list[str]:
    order: list[str] = []
    while len(order) < len(services):
        ready = [
            name
            for name, service in services.items()
            if name not in order and set(service.get("depends_on", {})) <= set(order)
        ]
        assert ready, "the services wait for each other"
        order += ready
    return order


def test_servers_start_before_the_migration_and_that_before_the_roles(services: dict[str, Any]) -> None:
    order = start_order(services)
    assert max(map(order.index, ("postgres", "nats", "temporal"))) < order.index("migrate")
    assert all(order.index("migrate") < order.index(name) for name in MODULES)
    assert order.index("workflows") > max(
        order.index(name) for name in ("directory", "plans", "review", "scoring")
    )


Rule = Callable[[dict[str, Any]], bool]
HARDENED: dict[str, Rule] = {
    "read-only root": lambda service: service.get("read_only") is True,
    "no capabilities": lambda service: service.get("cap_drop") == ["ALL"],
    "no new privileges": lambda service: "no-new-privileges:true" in service.get("security_opt", []),
    "one image": lambda service: service["image"] == "monthline:0.1.0",
}


@pytest.mark.parametrize("rule", HARDENED)
def test_every_process_of_ours_is_confined(services: dict[str, Any], rule: str) -> None:
    ours = [name for name in (*MODULES, "migrate", "operate", "codec") if not HARDENED[rule](services[name])]
    assert ours == []
    assert not HARDENED[rule]({"image": "monthline:latest"})


def test_a_process_is_given_longer_to_stop_than_it_takes(services: dict[str, Any]) -> None:
    needed = HTTP_GRACE + GRACE.total_seconds()
    for name in MODULES:
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > needed


def test_nothing_is_published_beyond_this_machine(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) == len(SERVICES) + 2
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
