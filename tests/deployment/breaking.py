"""Finding the part of rendered manifests that a mistake is made in."""

from collections.abc import Callable
from typing import Any

Manifests = list[Any]
Breaking = Callable[[Manifests], object]


def one(manifests: Manifests, kind: str, name: str = "") -> Any:
    return next(one for one in manifests if one["kind"] == kind and one["metadata"]["name"].startswith(name))


def pod(manifests: Manifests, name: str = "plans") -> Any:
    return one(manifests, "Deployment", name)["spec"]["template"]["spec"]


def container(manifests: Manifests, name: str = "plans") -> Any:
    return pod(manifests, name)["containers"][0]


def config(manifests: Manifests) -> Any:
    return one(manifests, "ConfigMap")["data"]


def policy(manifests: Manifests, name: str) -> Any:
    return one(manifests, "NetworkPolicy", name)["spec"]


def drop(manifests: Manifests, kind: str, name: str = "") -> None:
    manifests.remove(one(manifests, kind, name))


def variable(template: Any, name: str) -> Any:
    return next(one for one in template["spec"]["containers"][0]["env"] if one["name"] == name)
