"""The renderer of the tests: it does what kustomize does, and refuses what it does not know."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.kustomize import Manifest, UnknownField, merge, render

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
OVERLAYS = sorted(path.parent.name for path in K8S.glob("overlays/*/kustomization.yaml"))


def by_name(manifests: list[Manifest]) -> dict[tuple[str, str], Manifest]:
    return {(one["kind"], one["metadata"]["name"]): one for one in manifests}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here to compare with")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_it_renders_what_kubectl_renders(overlay: str) -> None:
    command = ["kubectl", "kustomize", str(K8S / "overlays" / overlay)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = by_name(list(yaml.safe_load_all(printed)))
    ours = by_name(render(K8S / "overlays" / overlay))
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def kustomization(folder: Path, fields: dict[str, Any], kind: str = "Kustomization") -> Path:
    folder.mkdir(exist_ok=True)
    version = "v1beta1" if kind == "Kustomization" else "v1alpha1"
    head = {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": kind}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(head | fields), encoding="utf-8")
    return folder


@pytest.mark.parametrize("field", ["namePrefix", "patchesStrategicMerge", "resorces", "vars"])
def test_an_unknown_field_is_refused(tmp_path: Path, field: str) -> None:
    with pytest.raises(UnknownField, match=field):
        render(kustomization(tmp_path, {field: []}))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("images", [{"name": "x", "digest": "sha256:1"}], "digest"),
        ("labels", [{"pairs": {}, "includeSelectors": True}], "includeSelectors"),
        ("configMapGenerator", [{"name": "x", "files": ["y"]}], "files"),
        ("replacements", [{"path": "x.yaml"}], "path"),
        ("replacements", [{"source": {"kind": "Job", "options": {}}, "targets": []}], "options"),
        ("patches", [{"patch": "x", "target": {"kind": "Job"}}], "patch"),
        ("patches", [{"path": "x", "target": {"labelSelector": "y"}}], "labelSelector"),
    ],
)
def test_an_unknown_part_of_a_known_field_is_refused(
    tmp_path: Path, field: str, value: list[object], named: str
) -> None:
    with pytest.raises(UnknownField, match=named):
        render(kustomization(tmp_path, {field: value}))


def test_a_file_outside_is_refused_as_kustomize_refuses_it(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("kind: ConfigMap\n")
    with pytest.raises(UnknownField, match="outside"):
        render(kustomization(tmp_path / "inner", {"resources": ["../x.yaml"]}))


def test_a_component_in_the_place_of_resources_is_refused(tmp_path: Path) -> None:
    kustomization(tmp_path / "part", {}, kind="Component")
    with pytest.raises(UnknownField, match="expected a Kustomization"):
        render(kustomization(tmp_path / "whole", {"resources": ["../part"]}))


def test_lists_with_a_key_are_merged_and_others_replaced() -> None:
    base = {"containers": [{"name": "a", "args": ["1"], "env": [{"name": "X", "value": "1"}]}]}
    patch = {
        "containers": [{"name": "a", "args": ["2"], "env": [{"name": "Y", "value": "2"}]}, {"name": "b"}]
    }
    assert merge(base, patch) == {
        "containers": [
            {"name": "b"},
            {"name": "a", "args": ["2"], "env": [{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]},
        ]
    }


def test_a_changed_setting_changes_the_name_that_pods_refer_to(tmp_path: Path) -> None:
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j"},
        "spec": {
            "template": {
                "spec": {"containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "settings"}}]}]}
            }
        },
    }
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), encoding="utf-8")

    def referred(value: str) -> str:
        made = [{"name": "settings", "literals": [f"X={value}"]}]
        manifests = render(kustomization(tmp_path, {"resources": ["job.yaml"], "configMapGenerator": made}))
        [config] = [one for one in manifests if one["kind"] == "ConfigMap"]
        [rendered] = [one for one in manifests if one["kind"] == "Job"]
        [container] = rendered["spec"]["template"]["spec"]["containers"]
        name: str = container["envFrom"][0]["configMapRef"]["name"]
        assert config["metadata"]["name"] == name
        return name

    assert referred("1") == referred("1") != referred("2")
