"""Rules about each pod: how it starts and stops, what it may do, what it is given."""

import re
from collections.abc import Sequence

from shared.engine.temporal import GRACE
from shared.health.probes import health_app
from shared.web.serving import GRACE as HTTP_GRACE
from tests.support.kustomize import Manifest
from tests.support.manifests import (
    COMPONENT,
    RUN_TO_THEIR_END,
    Runner,
    environment,
    of_kind,
    runners,
    selected,
)
from tests.support.rules_for_settings import secrets

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "privileged": False,
    "capabilities": {"drop": ["ALL"]},
}


def there_is_time_to_stop(manifests: Sequence[Manifest]) -> list[str]:
    return [
        f"{one.name} is killed after {one.pod.get('terminationGracePeriodSeconds', 30)} s"
        for one in runners(manifests)
        if one.pod.get("terminationGracePeriodSeconds", 30)
        <= _pause(one) + HTTP_GRACE + GRACE.total_seconds()
    ]


def _pause(runner: Runner) -> float:
    sleep: float = runner.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    return sleep


def traffic_ends_before_the_process_does(manifests: Sequence[Manifest]) -> list[str]:
    return [
        f"{one.name} has no preStop"
        for one in runners(manifests)
        if one.kind not in RUN_TO_THEIR_END and not _pause(one)
    ]


def there_is_one_image_with_a_tag(manifests: Sequence[Manifest]) -> list[str]:
    images = {one.container["image"] for one in runners(manifests)}
    untagged = [image for image in images if not re.search(r":(?!latest$)[\w.-]+$", image)]
    return [f"not one image: {sorted(images)}"] * (len(images) != 1) + [f"no tag: {one}" for one in untagged]


def probes_ask_pages_that_exist(manifests: Sequence[Manifest]) -> list[str]:
    pages = {getattr(route, "path", "") for route in health_app("x", checks={}).router.routes}
    wrong = []
    for one in runners(manifests):
        ports = {port["name"]: port["containerPort"] for port in one.container.get("ports", [])}
        port = int(environment(manifests, one, secrets()).get("HTTP_PORT", "8000"))
        for name in (
            ("startupProbe", "livenessProbe", "readinessProbe") if one.kind not in RUN_TO_THEIR_END else ()
        ):
            asked = one.container.get(name, {}).get("httpGet", {})
            if asked.get("path") not in pages or ports.get(asked.get("port")) != port:
                wrong.append(f"{one.name}: {name} asks {asked}")
        if one.container.get("livenessProbe", {}).get("httpGet", {}).get("path") == "/readyz":
            wrong.append(f"{one.name} would be killed for what its servers do")
    return wrong


def containers_are_confined(manifests: Sequence[Manifest]) -> list[str]:
    wrong = []
    for one in runners(manifests):
        inside, around = one.container.get("securityContext", {}), one.pod.get("securityContext", {})
        wrong += [
            f"{one.name}: {key} is not {value}"
            for key, value in RESTRICTED.items()
            if inside.get(key) != value
        ]
        if not around.get("runAsNonRoot") or around.get("runAsUser", 0) < 10000:
            wrong.append(f"{one.name} may run as root")
        if around.get("seccompProfile") != {"type": "RuntimeDefault"}:
            wrong.append(f"{one.name} has no seccomp profile")
        if one.pod.get("automountServiceAccountToken") is not False or one.pod.get("hostNetwork"):
            wrong.append(f"{one.name} holds a token of the cluster or its host's network")
    spaces = [one["metadata"]["labels"] for one in of_kind(manifests, "Namespace")]
    return wrong + [
        "the namespace does not enforce it"
        for one in spaces
        if one.get("pod-security.kubernetes.io/enforce") != "restricted"
    ]


def resources_are_stated(manifests: Sequence[Manifest]) -> list[str]:
    wrong = []
    for one in runners(manifests):
        stated = one.container.get("resources", {})
        for kind in ("requests", "limits"):
            wrong += [
                f"{one.name}: no {kind} of {what}"
                for what in ("cpu", "memory")
                if what not in stated.get(kind, {})
            ]
    return wrong


def pods_of_one_kind_are_spread(manifests: Sequence[Manifest]) -> list[str]:
    return [
        f"{one.name}: {each['topologyKey']} does not count its own pods"
        for one in runners(manifests)
        for each in one.pod.get("topologySpreadConstraints", [])
        if not selected(each["labelSelector"], one.labels) or COMPONENT not in each.get("matchLabelKeys", [])
    ] + [
        f"{one.name} is not spread over hosts or zones"
        for one in runners(manifests)
        if one.kind not in RUN_TO_THEIR_END and not one.pod.get("topologySpreadConstraints")
    ]


def every_file_is_mounted(manifests: Sequence[Manifest]) -> list[str]:
    wrong = []
    for one in runners(manifests):
        mounted = one.container.get("volumeMounts", [])
        volumes = {volume["name"] for volume in one.pod.get("volumes", [])}
        wrong += [
            f"{one.name} mounts no volume {each['name']}" for each in mounted if each["name"] not in volumes
        ]
        given = environment(
            manifests, one, secrets() if _in_tls(manifests) else {name: {} for name in secrets()}
        )
        for name, value in given.items():
            wrong += [
                f"{one.name}: {name} names {path}, which is not mounted"
                for path in re.findall(r"/etc/monthline/[\w./-]+", value)
                if not any(path.startswith(f"{each['mountPath']}/") for each in mounted)
            ]
    return wrong


def _in_tls(manifests: Sequence[Manifest]) -> bool:
    return any("NATS_CA" in one["data"] for one in of_kind(manifests, "ConfigMap"))
