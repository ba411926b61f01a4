"""A compose file as the engine would see it: merged, its variables replaced, no engine needed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$\{(?P<name>[A-Z0-9_]+)(?:(?P<how>:-|:\?)(?P<word>[^}]*))?\}")


class MissingVariable(Exception):
    """A variable without which the engine would refuse the file."""


def read(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables replaced, as strings; raises MissingVariable.

    A variable of a service that is written without a value is the environment's, or not there at all.
    """
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    replaced: dict[str, Any] = _replace(loaded, environment)
    for service in replaced["services"].values():
        given = service.get("environment", {})
        passed = {name: environment.get(name) if value is None else value for name, value in given.items()}
        service["environment"] = {name: value for name, value in passed.items() if value is not None}
    return replaced


def variables(path: Path) -> set[str]:
    """The names of the variables that the file uses."""
    text = path.read_text(encoding="utf-8")
    named = {found["name"] for found in VARIABLE.finditer(text)}
    services = yaml.safe_load(text)["services"].values()
    return named | {
        name
        for service in services
        for name, value in service.get("environment", {}).items()
        if value is None
    }


def _replace(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replace(part, environment) for key, part in value.items()}
    if isinstance(value, list):
        return [_replace(part, environment) for part in value]
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _value(found, environment), value)
    return value


def _value(found: "re.Match[str]", environment: Mapping[str, str]) -> str:
    given = environment.get(found["name"], "")
    if given:
        return given
    if found["how"] == ":-":
        return found["word"]
    raise MissingVariable(f"{found['name']}: {found['word'] or 'used without a default'}")
