"""What the production overlays give each process is taken by its code, with the files it mounts alone."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from monthline.deployment import from_environment
from shared.base.settings import CodecSettings, ProcessSettings, Settings
from tests.support.certificates import Authority
from tests.support.kustomize import render
from tests.support.manifests import Runner, environment, runners
from tests.support.rules_for_settings import secrets

OVERLAYS = Path(__file__).parents[2] / "deploy" / "k8s" / "overlays"
MOUNTS = "/etc/monthline"
KINDS: Mapping[str, type[BaseSettings]] = {"workflows": ProcessSettings, "codec": CodecSettings}
Read = Callable[[Mapping[str, str]], object]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Secrets with files, as they would be mounted."""
    folder = tmp_path_factory.mktemp("mounts")
    authority = Authority(folder / "authority")
    for name in ("ca", "temporal", "payload"):
        (folder / name).mkdir()
    (folder / "ca" / "ca.crt").write_bytes(authority.certificate.read_bytes())
    client = authority.issue("monthline", "monthline")
    client.certificate.rename(folder / "temporal" / "tls.crt")
    client.key.rename(folder / "temporal" / "tls.key")
    (folder / "payload" / "keys").write_text(secrets()["monthline-payload"]["keys"], encoding="utf-8")
    return folder


def here(runner: Runner, given: Mapping[str, str], files: Path) -> dict[str, str]:
    """The environment with the mounted folders where they are on this machine, and no other."""
    mounted = [each["mountPath"] for each in runner.container.get("volumeMounts", [])]

    def moved(value: str) -> str:
        for path in mounted:
            value = value.replace(path, path.replace(MOUNTS, str(files)))
        return value

    return {name: moved(value) for name, value in given.items()}


@pytest.mark.parametrize("overlay", ["prod", "prod-versioned"])
def test_every_process_takes_its_settings(overlay: str, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests = render(OVERLAYS / overlay)
    for one in runners(manifests):
        given = here(one, environment(manifests, one, secrets()), files)
        if one.name in ("migrate", "operate"):
            assert from_environment(given).temporal_tls, one.name
            continue
        with monkeypatch.context() as context:
            for name in list(os.environ):
                context.delenv(name)
            for name, value in given.items():
                context.setenv(name, value)
            settings = KINDS.get(one.name, Settings)()
        assert bool(getattr(settings, "keyring", None)) == (one.labels["monthline.dev/service"] != "notify")
