"""Every overlay of deploy/k8s, rendered: valid for Kubernetes, and within rules that can fail."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.deployment.breakages import BREAKAGES
from tests.support.kustomize import Manifest, render
from tests.support.manifest_rules import RULES

OVERLAYS = Path(__file__).parents[2] / "deploy" / "k8s" / "overlays"
NAMES = sorted(path.parent.name for path in OVERLAYS.glob("*/kustomization.yaml"))
VERSIONS = ("1.32", "1.35", "1.37")
OF_OTHERS = {
    "ScaledObject", "TriggerAuthentication", "Connection", "WorkerDeployment", "WorkerResourceTemplate",
    "PodMonitor", "PrometheusRule",
}  # fmt: skip
"""Kinds that Kubernetes itself does not define; their controllers' schemas are not checked here."""


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    return tuple(render(OVERLAYS / overlay))


def test_the_overlays_are_those_that_are_checked() -> None:
    assert NAMES == ["demo", "prod", "prod-versioned"]


def distinct() -> list[Manifest]:
    """Every manifest of Kubernetes's own kinds once, though several overlays have it."""
    found: dict[str, Manifest] = {}
    for overlay in NAMES:
        for manifest in rendered(overlay):
            named_alike = deepcopy(manifest)
            named_alike["metadata"].pop("namespace", None)
            found.setdefault(json.dumps(named_alike, sort_keys=True), manifest)
    return [one for one in found.values() if one["kind"] not in OF_OTHERS]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(version: str) -> None:
    manifests = distinct()
    assert {one["kind"] for one in manifests} >= {"Deployment", "Job", "NetworkPolicy", "ConfigMap"}
    for manifest in manifests:
        assert kubernetes_validate.validate(manifest, version, strict=True) == version


def test_the_pods_of_a_worker_deployment_are_valid_pods() -> None:
    [worker] = [one for one in rendered("prod-versioned") if one["kind"] == "WorkerDeployment"]
    pod = {"apiVersion": "v1", "kind": "Pod", **deepcopy(worker["spec"]["template"])}
    pod["metadata"]["name"] = "x"
    kubernetes_validate.validate(pod, VERSIONS[0], strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_misspelt_field_is_found(version: str) -> None:
    broken = deepcopy(next(one for one in rendered("demo") if one["kind"] == "Deployment"))
    broken["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readynessProbe"):
        kubernetes_validate.validate(broken, version, strict=True)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("overlay", NAMES)
def test_an_overlay_keeps_the_rule(overlay: str, rule: str) -> None:
    assert RULES[rule](rendered(overlay)) == []


@pytest.mark.parametrize(("rule", "how", "breaking"), BREAKAGES)
def test_the_rule_finds_what_breaks_it(rule: str, how: str, breaking: Callable[[list[Any]], object]) -> None:
    manifests = deepcopy(list(rendered("prod-versioned")))
    breaking(manifests)
    assert RULES[rule](manifests) != [], how


def test_every_rule_is_shown_to_fail() -> None:
    assert {rule for rule, _, _ in BREAKAGES} == set(RULES)


def test_the_alerts_in_the_cluster_are_those_of_the_repository() -> None:
    script = OVERLAYS.parents[1] / "prometheus" / "rule.sh"
    printed = subprocess.run(["sh", script], capture_output=True, text=True, check=True).stdout
    committed = OVERLAYS.parent / "components" / "prometheus" / "rules.yaml"
    assert committed.read_text(encoding="utf-8") == printed, f"run: sh {script} > {committed}"
    [rule] = [one for one in rendered("prod") if one["kind"] == "PrometheusRule"]
    assert [
        alert["alert"] for group in rule["spec"]["groups"] for alert in group["rules"] if "alert" in alert
    ]


SETTINGS = Path("overlays/prod/settings/kustomization.yaml")


@pytest.mark.parametrize("overlay", ["prod", "prod-versioned"])
def test_what_is_an_operator_s_own_is_in_one_file(tmp_path: Path, overlay: str) -> None:
    """Every value of that file is another; nothing of what it was is left anywhere."""
    k8s = OVERLAYS.parent
    shutil.copytree(k8s, tmp_path / "k8s")
    text = (k8s / SETTINGS).read_text(encoding="utf-8")
    theirs = re.sub(r"example\.com", "acme.test", text)
    theirs = theirs.replace("svc.cluster.local", "svc.acme.test").replace("/monthline\n", "/ours\n")
    theirs = theirs.replace("TEMPORAL_NAMESPACE=monthline", "TEMPORAL_NAMESPACE=months")
    theirs = theirs.replace("ADMINS=[]", 'ADMINS=["chief"]').replace("Asia/Shanghai", "Asia/Tokyo")
    (tmp_path / "k8s" / SETTINGS).write_text(theirs, encoding="utf-8")
    manifests = render(tmp_path / "k8s" / "overlays" / overlay)
    shown = json.dumps(manifests)
    for left in ("example.com", "cluster.local", "Shanghai", "from-the-settings", '"ops"', '[\\"ops'):
        assert left not in shown
    for rule in ("temporal_is_the_same_everywhere", "every_required_setting_is_given"):
        assert RULES[rule](manifests) == []
    [config] = [one["data"] for one in manifests if one["kind"] == "ConfigMap"]
    assert (config["TEMPORAL_NAMESPACE"], config["ADMINS"]) == ("months", '["chief"]')


def test_nobody_configures_a_production_that_names_nobody() -> None:
    for overlay in ("prod", "prod-versioned"):
        [config] = [one["data"] for one in rendered(overlay) if one["kind"] == "ConfigMap"]
        assert (config["ADMINS"], config["PAYLOAD_READERS"]) == ("[]", "[]")


def test_a_template_of_the_worker_controller_names_its_deployment_as_released_versions_do() -> None:
    manifests = rendered("prod-versioned")
    [template] = [one["spec"] for one in manifests if one["kind"] == "WorkerResourceTemplate"]
    [worker] = [one for one in manifests if one["kind"] == "WorkerDeployment"]
    assert template["workerDeploymentRef"] == {"name": worker["metadata"]["name"]}
    assert set(template) == {"workerDeploymentRef", "template"}
    assert template["template"]["spec"]["scaleTargetRef"] == {}
    assert "__TEMPORAL" not in json.dumps(manifests)
