"""Renders the part of kustomize that deploy/k8s uses, and refuses any field that it does not know.

It needs no program, so that the manifests are checked wherever the tests run; where ``kubectl`` is at
hand, a test holds its output against the real one's.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
KNOWN = {
    "apiVersion", "kind", "namespace", "resources", "components", "configMapGenerator", "images", "labels",
    "patches", "configurations", "replacements",
}  # fmt: skip
KINDS = {"Kustomization": "kustomize.config.k8s.io/v1beta1", "Component": "kustomize.config.k8s.io/v1alpha1"}
MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "topologySpreadConstraints": "topologyKey",
}
TEMPLATES = {
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where the kinds that make pods have their pods' template."""


class UnknownField(Exception):
    """A field or form of kustomize that this renderer does not know."""


class Rendering:
    """What has been gathered so far: manifests in order, and the ConfigMaps whose names get a hash."""

    def __init__(self) -> None:
        self.manifests: list[Manifest] = []
        self.generated: dict[str, Manifest] = {}
        self.references: set[tuple[str, tuple[str, ...]]] = {
            (kind, (*path, "spec", "containers", "envFrom", "configMapRef", "name"))
            for kind, path in TEMPLATES.items()
        }

    def add(self, other: "Rendering") -> None:
        """Take over what another kustomization has rendered."""
        self.manifests += other.manifests
        self.generated |= other.generated
        self.references |= other.references


def render(folder: Path) -> list[Manifest]:
    """The manifests of an overlay, as ``kustomize build`` would print them, in no particular order."""
    gathered = Rendering()
    _gather(folder.resolve(), gathered, "Kustomization")
    names = {name: f"{name}-{_hash(made)}" for name, made in gathered.generated.items()}
    for name, made in gathered.generated.items():
        made["metadata"]["name"] = names[name]
    for manifest in gathered.manifests:
        for kind, path in gathered.references:
            if manifest["kind"] == kind:
                _rename(manifest, path, names)
    return [*gathered.manifests, *gathered.generated.values()]


def _gather(folder: Path, into: Rendering, kind: str) -> None:
    given = _kustomization(folder, kind)
    for path in given.get("resources", []):
        if (folder / path).is_dir():
            # What a kustomization does stays within it; a component reaches what its user has gathered.
            inner = Rendering()
            _gather((folder / path).resolve(), inner, "Kustomization")
            into.add(inner)
        else:
            into.manifests += [deepcopy(one) for one in _documents(folder, path)]
    for path in given.get("components", []):
        _gather((folder / path).resolve(), into, "Component")
    for config in given.get("configurations", []):
        into.references |= _references(folder, config)
    for generator in given.get("configMapGenerator", []):
        _generate(folder, generator, into)
    for patch in given.get("patches", []):
        _patch(folder, patch, into)
    _transform(given, into)


def _kustomization(folder: Path, kind: str) -> dict[str, Any]:
    given = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    _only(given, KNOWN, folder)
    if given.get("kind") != kind or given.get("apiVersion") != KINDS[kind]:
        raise UnknownField(f"{folder}: expected a {kind} of {KINDS[kind]}")
    return dict(given)


def _only(given: Mapping[str, Any], known: set[str], where: object) -> None:
    unknown = set(given) - known
    if unknown:
        raise UnknownField(f"{where}: {', '.join(sorted(unknown))}")


def _documents(folder: Path, path: str) -> list[Manifest]:
    file = (folder / path).resolve()
    if folder not in file.parents:
        raise UnknownField(f"{path}: a file outside {folder}; kustomize refuses it")
    found = [one for one in yaml.safe_load_all(file.read_text(encoding="utf-8")) if one]
    if not found:
        raise UnknownField(f"{file}: empty")
    return found


def _references(folder: Path, path: str) -> set[tuple[str, tuple[str, ...]]]:
    [given] = _documents(folder, path)
    _only(given, {"nameReference"}, path)
    found = set()
    for reference in given["nameReference"]:
        _only(reference, {"kind", "version", "fieldSpecs"}, path)
        if reference["kind"] != "ConfigMap":
            raise UnknownField(f"{path}: nameReference to {reference['kind']}")
        found |= {(spec["kind"], tuple(spec["path"].split("/"))) for spec in reference["fieldSpecs"]}
    return found


def _generate(folder: Path, given: Mapping[str, Any], into: Rendering) -> None:
    _only(given, {"name", "behavior", "envs", "literals", "options"}, folder)
    lines = [line for path in given.get("envs", []) for line in (folder / path).read_text().splitlines()]
    pairs = [line for line in lines if line and not line.startswith("#")] + list(given.get("literals", []))
    data = dict(pair.split("=", 1) for pair in pairs)
    name = given["name"]
    if given.get("behavior", "create") == "merge":
        into.generated[name]["data"] |= data
        return
    if name in into.generated or given.get("behavior", "create") != "create":
        raise UnknownField(f"{folder}: ConfigMap {name} made twice, or {given.get('behavior')}")
    _only(given.get("options", {}), {"labels"}, folder)
    labels = dict(given.get("options", {}).get("labels", {}))
    into.generated[name] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": labels},
        "data": data,
    }


def _patch(folder: Path, given: Mapping[str, Any], into: Rendering) -> None:
    _only(given, {"path", "target"}, folder)
    target = given["target"]
    _only(target, {"kind", "name"}, folder)
    [patch] = _documents(folder, given["path"])
    kept = []
    for manifest in into.manifests:
        if not _matches(manifest, target):
            kept.append(manifest)
        elif patch.get("$patch") != "delete":
            wanted = {key: value for key, value in patch.items() if key not in ("metadata", "$patch")}
            kept.append(merge(manifest, wanted))
    into.manifests[:] = kept


def _matches(manifest: Manifest, target: Mapping[str, str]) -> bool:
    name = target.get("name", ".*")
    return manifest["kind"] == target["kind"] and bool(re.fullmatch(name, manifest["metadata"]["name"]))


def merge(base: Any, patch: Any, field: str = "") -> Any:
    """The strategic merge of ``patch`` into ``base``; a list without a merge key is replaced.

    What is new in a list comes first, as kustomize has it.
    """
    if isinstance(base, dict) and isinstance(patch, dict):
        if "$patch" in patch or any(value is None for value in patch.values()):
            raise UnknownField(f"{field}: a directive inside a patch")
        merged = {key: merge(base[key], value, key) if key in base else value for key, value in patch.items()}
        return deepcopy({**base, **merged})
    if isinstance(base, list) and isinstance(patch, list) and field in MERGE_KEYS:
        return _merge_lists(base, patch, MERGE_KEYS[field], field)
    return deepcopy(patch)


def _merge_lists(base: Sequence[Any], patch: Sequence[Any], key: str, field: str) -> list[Any]:
    known = {one[key] for one in base}
    changed = {one[key]: one for one in patch}
    kept = [merge(one, changed[one[key]], field) if one[key] in changed else one for one in base]
    return deepcopy([*(one for one in patch if one[key] not in known), *kept])


def _transform(given: Mapping[str, Any], into: Rendering) -> None:
    every = [*into.manifests, *into.generated.values()]
    if "namespace" in given:
        for manifest in every:
            field = "name" if manifest["kind"] == "Namespace" else "namespace"
            manifest["metadata"][field] = given["namespace"]
    for labels in given.get("labels", []):
        _only(labels, {"pairs", "includeTemplates"}, "labels")
        for manifest in every:
            _label(manifest, labels["pairs"], labels.get("includeTemplates", False))
    for image in given.get("images", []):
        _only(image, {"name", "newName", "newTag"}, "images")
        for manifest in into.manifests:
            for container in containers(manifest):
                _retag(container, image)
    _replace(given.get("replacements", []), every)


def _replace(replacements: Sequence[Mapping[str, Any]], manifests: Sequence[Manifest]) -> None:
    for given in replacements:
        value = _source(given, manifests)
        for target in given["targets"]:
            _only(target, {"select", "fieldPaths"}, "targets")
            _only(target["select"], {"kind", "name"}, "select")
            chosen = [one for one in manifests if _matches(one, target["select"])]
            for one, path in product(chosen, target["fieldPaths"]):
                for _, holder, key in _fields(one, path):
                    holder[key] = value


def _source(given: Mapping[str, Any], manifests: Sequence[Manifest]) -> Any:
    _only(given, {"source", "targets"}, "replacements")
    source = given["source"]
    _only(source, {"kind", "name", "fieldPath"}, "source")
    chosen = [one for one in manifests if _matches(one, source)]
    values = [value for one in chosen for value, _, _ in _fields(one, source["fieldPath"])]
    if len(values) != 1:
        raise UnknownField(f"replacements: {len(values)} sources {source}")
    return values[0]


def _fields(value: Any, path: str) -> Iterator[tuple[Any, dict[str, Any], str]]:
    """The fields at a path, each with what holds it; ``[type=x]`` picks from a list."""
    step, _, rest = path.partition(".")
    if step.startswith("["):
        key, _, wanted = step.strip("[]").partition("=")
        for one in value:
            if one.get(key) == wanted:
                yield from _fields(one, rest)
    elif isinstance(value, dict) and step in value:
        yield from _fields(value[step], rest) if rest else [(value[step], value, step)]


def _label(manifest: Manifest, pairs: Mapping[str, str], templates: bool) -> None:
    manifest["metadata"].setdefault("labels", {}).update(pairs)
    if templates and manifest["kind"] in TEMPLATES:
        pod_template(manifest)["metadata"].setdefault("labels", {}).update(pairs)
    if templates and manifest["kind"] == "CronJob":
        manifest["spec"]["jobTemplate"]["metadata"].setdefault("labels", {}).update(pairs)


def pod_template(manifest: Manifest) -> Manifest:
    """The template of the pods that a manifest makes; empty when it makes none."""
    found: Any = manifest
    for step in TEMPLATES.get(manifest["kind"], ("spec", "template")):
        found = found.get(step, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def containers(manifest: Manifest) -> list[Manifest]:
    """The containers of a manifest that makes pods."""
    pod = pod_template(manifest).get("spec", {})
    return [*pod.get("containers", []), *pod.get("initContainers", [])]


def _retag(container: Manifest, image: Mapping[str, str]) -> None:
    name, _, tag = container["image"].partition("@")[0].rpartition(":")
    if not name or "/" in tag:
        name, tag = container["image"], ""
    if name == image["name"]:
        wanted = image.get("newTag", tag)
        container["image"] = image.get("newName", name) + (f":{wanted}" if wanted else "")


def _rename(value: Any, path: Sequence[str], names: Mapping[str, str]) -> None:
    if isinstance(value, list):
        for one in value:
            _rename(one, path, names)
    elif isinstance(value, dict) and path[0] in value:
        if len(path) == 1:
            value[path[0]] = names.get(value[path[0]], value[path[0]])
        else:
            _rename(value[path[0]], path[1:], names)


def _hash(made: Manifest) -> str:
    """The suffix of a generated ConfigMap's name, as kustomize computes it: without that name."""
    content = {"data": made["data"], "kind": "ConfigMap", "name": ""}
    text = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escaped)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))
