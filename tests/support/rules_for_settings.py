"""Rules about what the manifests tell each process: settings, Secrets, the way to Temporal."""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from monthline.deployment import Deployment
from monthline.registry import MODULES, QUEUES
from shared.base.settings import CodecSettings, ProcessSettings, Settings
from tests.support.connection_table import documented
from tests.support.kustomize import Manifest
from tests.support.manifests import (
    COMPONENT,
    Runner,
    environment,
    of_kind,
    runners,
)

ROOT = Path(__file__).parents[2]
OTHER_SETTINGS = {
    "migrate": Deployment.model_fields,
    "operate": Deployment.model_fields,
    "workflows": ProcessSettings.model_fields,
    "codec": CodecSettings.model_fields,
}
SECRET_NAME = re.compile(r"PASSWORD|PAYLOAD_KEYS|SECRET|TOKEN|API_KEY$|DATABASE_URL$|NATS_URL$|SMTP_URL$")
SECRET_VALUE = re.compile(r"://[^/\s:@]+:[^/\s@]+@|-----BEGIN|\beyJ[A-Za-z0-9_-]{10,}")


@cache
def secrets() -> dict[str, dict[str, str]]:
    """What ``deploy/k8s/secrets.sh`` prints for servers with TLS, by Secret."""
    told = {"POSTGRES": "postgres:5432/monthline", "OWNER": "owner:pw", "NATS": "nats:4222", "TLS": "1"}
    script = ROOT / "deploy/k8s/secrets.sh"
    printed = subprocess.run(
        ["sh", script, "-"], env=os.environ | told, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = {
        one["metadata"]["name"]: one["stringData"] for one in yaml.safe_load_all(printed.stdout) if one
    }
    return found


def no_secret_is_written_down(manifests: Sequence[Manifest]) -> list[str]:
    pairs = [pair for one in of_kind(manifests, "ConfigMap") for pair in one["data"].items()]
    for one in runners(manifests):
        own = [each for each in one.container.get("env", []) if "valueFrom" not in each]
        pairs += [(each["name"], each.get("value", "")) for each in own]
    # A file's name is none: the file comes from a Secret.
    written = [(name, value) for name, value in pairs if not value.startswith("@/")]
    leaks = [name for name, value in written if SECRET_NAME.search(name) or SECRET_VALUE.search(value)]
    return [f"a secret in {name}" for name in leaks] + [
        f"Secret {one['metadata']['name']} is in the tree" for one in of_kind(manifests, "Secret")
    ]


def every_variable_is_a_setting(manifests: Sequence[Manifest]) -> list[str]:
    known = {name.upper() for kind in (Settings, Deployment, CodecSettings) for name in kind.model_fields}
    return [
        f"{one.name} is given {name}, which is no setting"
        for one in runners(manifests)
        for name in environment(manifests, one, secrets())
        if name not in known
    ]


def every_required_setting_is_given(manifests: Sequence[Manifest]) -> list[str]:
    missing = []
    for one in runners(manifests):
        given = environment(manifests, one, secrets())
        required = [name for name, field in _fields(one).items() if field.is_required()]
        missing += [f"{one.name} lacks {name.upper()}" for name in required if not given.get(name.upper())]
        if "NATS_URL" not in given and "nats_url" in _fields(one):
            missing.append(f"{one.name} lacks NATS_URL")
    return missing


def _fields(runner: Runner) -> dict[str, FieldInfo]:
    if runner.name in OTHER_SETTINGS:
        return OTHER_SETTINGS[runner.name]
    return Settings.model_fields


def each_service_has_its_own_secret(manifests: Sequence[Manifest]) -> list[str]:
    wrong = []
    for one in runners(manifests):
        names = [each["secretRef"]["name"] for each in one.container["envFrom"] if "secretRef" in each]
        own = one.labels.get("monthline.dev/service", one.name)
        own = "migrate" if own == "operate" else own
        if names != ([] if own == "codec" else [f"monthline-{own}"]):
            wrong.append(f"{one.name} reads {names}")
    return wrong


def keys_are_given_to_those_who_use_them(manifests: Sequence[Manifest]) -> list[str]:
    """Temporal's client key and the payload keys; the codec server has the latter alone."""
    engaged = {whence for whence, where, _ in documented() if where == "temporal"}
    users = {"monthline-temporal-client": engaged, "monthline-payload": engaged | {"codec"}}
    wrong = []
    for one in runners(manifests):
        given = {each["secret"]["secretName"] for each in one.pod.get("volumes", []) if "secret" in each}
        wrong += [
            f"{one.name} is given {name}"
            for name in given & set(users)
            if one.labels[COMPONENT] not in users[name]
        ]
    return wrong


def an_operator_s_commands_see_everything(manifests: Sequence[Manifest]) -> list[str]:
    services = {one["metadata"]["name"] for one in of_kind(manifests, "Service")}
    processes = [*MODULES, *(["codec"] if "codec" in services else [])]
    found = [one for one in runners(manifests) if one.kind == "CronJob"]
    wrong = [] if len(found) == 1 else [f"{len(found)} CronJobs"]
    wrong += ["it runs by itself" for one in of_kind(manifests, "CronJob") if not one["spec"].get("suspend")]
    for one in found:
        given = environment(manifests, one, secrets() | {"monthline-notify": {"SMTP_URL": "smtp://mail"}})
        urls = json.loads(given.get("PROCESS_URLS", "{}"))
        wrong += [f"no way to {name}" for name in processes if urls.get(name) != f"http://{name}"]
        wrong += [f"no Service {name}" for name in {*MODULES, *urls} if name not in services]
        wrong += [f"it lacks {name}" for name in ("OIDC_JWKS_URL", "SMTP_URL") if not given.get(name)]
    return wrong


def temporal_is_the_same_everywhere(manifests: Sequence[Manifest]) -> list[str]:
    [config] = of_kind(manifests, "ConfigMap")
    address, namespace = config["data"]["TEMPORAL_ADDRESS"], config["data"]["TEMPORAL_NAMESPACE"]
    wrong = []
    for one in of_kind(manifests, "ScaledObject"):
        wrong += _mistaken_triggers(one, one["spec"], address, [namespace, None, None])
    for one in of_kind(manifests, "WorkerResourceTemplate"):
        # The controller fills in what is empty, and refuses anything else there.
        wrong += _mistaken_triggers(one, one["spec"]["template"]["spec"], address, ["", "", ""])
    for one in of_kind(manifests, "Connection"):
        wrong += [f"connection to {one['spec']['hostPort']}"] * (one["spec"]["hostPort"] != address)
    for one in of_kind(manifests, "WorkerDeployment"):
        wrong += ["another namespace"] * (one["spec"]["workerOptions"]["temporalNamespace"] != namespace)
    return wrong


def _mistaken_triggers(
    one: Manifest, scaled: Manifest, address: str, version: Sequence[str | None]
) -> list[str]:
    fields = ("namespace", "workerDeploymentName", "workerDeploymentBuildId")
    return [
        f"{one['metadata']['name']} looks at {each}"
        for each in (trigger["metadata"] for trigger in scaled["triggers"] if trigger["type"] == "temporal")
        if each["endpoint"] != address
        or each["taskQueue"] not in QUEUES
        or [each.get(field) for field in fields] != version
    ]


def every_role_runs_once_as_api_and_once_as_worker(manifests: Sequence[Manifest]) -> list[str]:
    parts = []
    for one in runners(manifests):
        if one.container["command"][0] == "python":
            given = environment(manifests, one, secrets())
            [_, _, module] = one.container["command"]
            parts += [
                (module, part) for part in ("API", "WORKER") if given.get(f"RUN_{part}", "true") == "true"
            ]
    wanted = [(module, part) for module in MODULES.values() for part in ("API", "WORKER")]
    return [f"{part} runs {parts.count(part)} times" for part in {*parts, *wanted} if parts.count(part) != 1]
