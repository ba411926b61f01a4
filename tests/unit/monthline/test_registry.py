"""The registry lists every service as its own package declares it."""

from pathlib import Path

from monthline import registry
from monthline.demo.stack import PREFERRED
from monthline.registry import ACTIVE, CODEC_PORT, DECLARATIONS, ENGAGED, PORTS, SERVICES

ROOT = Path(registry.__file__).parents[1]


def test_every_package_of_services_is_registered_by_its_name() -> None:
    packages = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert set(SERVICES) == packages
    assert all(name == one.name for name, one in DECLARATIONS.items())


def test_no_port_is_given_twice() -> None:
    taken = [*PORTS.values(), CODEC_PORT]
    assert len(set(taken)) == len(taken)
    assert len(set(PREFERRED.values())) == len(PREFERRED)


def test_services_with_activities_talk_to_temporal() -> None:
    assert set(ACTIVE) <= set(ENGAGED)
    assert "notify" not in ENGAGED
