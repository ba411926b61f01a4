"""Answers that are read from rows, so that no code copies them field by field."""

from collections.abc import Iterable
from typing import Any, Self

from pydantic import AliasPath, BaseModel, ConfigDict, Field


class View(BaseModel):
    """An answer whose fields are the attributes of a row, of the same name or where ``at`` says.

    Fields with a default are always present in an answer, and its schema says so.
    """

    model_config = ConfigDict(from_attributes=True, json_schema_serialization_defaults_required=True)

    @classmethod
    def each(cls, rows: Iterable[object]) -> list[Self]:
        """The rows as they are shown."""
        return [cls.model_validate(row) for row in rows]


def at(first: str, *path: str) -> Any:
    """A field that is found under this path of attributes in the row."""
    return Field(validation_alias=AliasPath(first, *path))
