"""What rendered manifests are asked: their pods, the environment these get, and who may talk to whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.kustomize import Manifest, pod_template

COMPONENT = "app.kubernetes.io/component"
SERVER = "monthline.dev/server"
RUNNERS = ("Deployment", "Job", "CronJob", "WorkerDeployment")
RUN_TO_THEIR_END = ("Job", "CronJob")
Connection = tuple[str, str, int]


@dataclass(frozen=True)
class Runner:
    """A manifest that makes pods: its name, its pods' labels, their specification and their one container."""

    kind: str
    name: str
    labels: Mapping[str, str]
    pod: Manifest
    container: Manifest


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    """The manifests of some kinds."""
    return [one for one in manifests if one["kind"] in kinds]


def runners(manifests: Sequence[Manifest]) -> list[Runner]:
    """Everything that makes pods."""
    return [_runner(one) for one in of_kind(manifests, *RUNNERS)]


def _runner(manifest: Manifest) -> Runner:
    template = pod_template(manifest)
    [container] = template["spec"]["containers"]
    labels = template["metadata"]["labels"]
    return Runner(manifest["kind"], manifest["metadata"]["name"], labels, template["spec"], container)


def selected(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches; an operator that is not known here is an error."""
    exact = selector.get("matchLabels", {}).items() <= labels.items()
    return exact and all(_expression(one, labels) for one in selector.get("matchExpressions", []))


def _expression(one: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if one["operator"] == "In":
        return labels.get(one["key"]) in one["values"]
    if one["operator"] == "Exists":
        return one["key"] in labels
    raise ValueError(one["operator"])


def environment(manifests: Sequence[Manifest], runner: Runner, secrets: Mapping[str, Any]) -> dict[str, str]:
    """The variables that a pod gets: from ConfigMaps and Secrets, then its own."""
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(manifests, "ConfigMap")}
    given: dict[str, str] = {}
    for source in runner.container.get("envFrom", []):
        if "configMapRef" in source:
            given |= maps[source["configMapRef"]["name"]]
        elif source["secretRef"].get("optional"):
            given |= secrets.get(source["secretRef"]["name"], {})
        else:
            given |= secrets[source["secretRef"]["name"]]
    return given | dict(_own(runner, secrets))


def _own(runner: Runner, secrets: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in runner.container.get("env", []):
        if "valueFrom" not in one:
            yield one["name"], one["value"]
            continue
        wanted = one["valueFrom"]["secretKeyRef"]
        if not wanted.get("optional") or wanted["key"] in secrets[wanted["name"]]:
            yield one["name"], secrets[wanted["name"]][wanted["key"]]


def connections(manifests: Sequence[Manifest]) -> set[Connection]:
    """Every (from, to, port) that the network policies allow to the pods of these manifests.

    Between two of these pods both have to be allowed it.
    """
    out: set[Connection] = set()
    into: set[Connection] = set()
    here = {one.labels[COMPONENT] for one in runners(manifests)}
    for policy in of_kind(manifests, "NetworkPolicy"):
        spec = policy["spec"]
        pods = [
            one.labels[COMPONENT] for one in runners(manifests) if selected(spec["podSelector"], one.labels)
        ]
        for rule in spec.get("egress", []):
            out |= {(pod, to, port) for pod in pods for to, port in _ends(manifests, rule, "to")}
        for rule in spec.get("ingress", []):
            into |= {(who, pod, port) for pod in pods for who, port in _ends(manifests, rule, "from")}
    one_sided = {each for each in out ^ into if {each[0], each[1]} <= here}
    return (out | into) - one_sided


def _ends(manifests: Sequence[Manifest], rule: Manifest, side: str) -> Iterator[tuple[str, int]]:
    """The named ends of a rule with each port; a rule that names none would mean everybody."""
    for peer in rule.get(side) or [{}]:
        for port in rule.get("ports") or [{"port": 0}]:
            for end in _named(manifests, peer):
                yield end, port["port"]


def _named(manifests: Sequence[Manifest], peer: Manifest) -> list[str]:
    """A peer by its name; where it selects pods of these manifests, by each of theirs."""
    selector = peer.get("podSelector", {})
    if set(peer) != {"podSelector"} or SERVER in selector.get("matchLabels", {}):
        return [_end(peer)]
    return [one.labels[COMPONENT] for one in runners(manifests) if selected(selector, one.labels)]


def _end(peer: Manifest) -> str:
    if "ipBlock" in peer:
        return "public internet" if peer["ipBlock"].get("except") else "internet"
    pods = peer.get("podSelector", {}).get("matchLabels", {})
    spaces = peer.get("namespaceSelector", {}).get("matchLabels", {})
    if SERVER in pods:
        return str(pods[SERVER])
    if pods.get("k8s-app") == "kube-dns":
        return "dns"
    if spaces.get("monthline.dev/may-call") == "true":
        return "callers"
    if spaces.get("monthline.dev/may-scrape") == "true":
        return "prometheus"
    return "anybody"
