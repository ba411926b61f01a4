"""The text of ``.env.example``, from the settings themselves: ``python -m monthline.env_example``."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from monthline.deployment import Deployment, Reached
from shared.base.settings import CodecSettings, Settings

HEAD = """\
# Settings of Monthline, read from the environment.
# A line that is commented out shows the default; the others have to be set.
"""


def _value(field: FieldInfo) -> str:
    if field.default is PydanticUndefined or field.default is None:
        return ""
    if isinstance(field.default, tuple):
        return json.dumps(list(field.default))
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return str(field.default)


def _entry(name: str, field: FieldInfo) -> str:
    required = field.is_required()
    return f"# {field.description}\n{'' if required else '# '}{name.upper()}={_value(field)}\n"


def _part(title: str, model: type[BaseModel], without: set[str]) -> str:
    fields: dict[str, Any] = {
        name: field for name, field in model.model_fields.items() if name not in without
    }
    return f"\n# {title}\n\n" + "\n".join(_entry(name, field) for name, field in fields.items())


def text() -> str:
    """Every setting of every process, then those of the operator's commands alone."""
    return (
        HEAD
        + _part("Every process; DATABASE_URL is each service's own role.", Settings, set())
        + _part(
            "monthline migrate, up and doctor; their DATABASE_URL is the owner of the schemas.",
            Deployment,
            set(Settings.model_fields),
        )
        + _part("monthline import, wherever it runs.", Reached, set())
        + _part("monthline codec-server.", CodecSettings, {*Settings.model_fields, *Deployment.model_fields})
    )


if __name__ == "__main__":
    print(text(), end="")
