"""Documents made from the JSON schema of a value: what another version of the program may write."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

Schema = Mapping[str, Any]
ADDED = "added_by_a_newer_version"
FORMATS = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:00:00+08:00",
    "uri": "https://example.org/",
}
NAMES = {"zone": "Asia/Shanghai"}
STRINGS = ("sales", "2026-03", "2026-03-02T09:00:00", "share.cap", "li.lei@example.org", "1")


def grown(kind: Any) -> Any:
    """A document of ``kind`` in which every object, at any depth, has one more field."""
    return _document(kind, lambda fields, schema: {**fields, ADDED: {"some": ["thing"]}})


def full(kind: Any) -> Any:
    """A document of ``kind`` with all its fields, each list with one element."""
    return _document(kind, lambda fields, schema: fields)


def bare(kind: Any) -> Any:
    """A document of ``kind`` in which every object, at any depth, lacks the fields that have a default."""
    return _document(
        kind,
        lambda fields, schema: {name: fields[name] for name in schema.get("required", ())},
    )


def _document(kind: Any, changed: Callable[[dict[str, Any], Schema], dict[str, Any]]) -> Any:
    schema = _schema(kind)
    return _Maker(schema.get("$defs", {}), changed).make(schema)


@cache
def _schema(kind: Any) -> Schema:
    return TypeAdapter(kind).json_schema()


class _Maker:
    def __init__(self, defs: Schema, changed: Callable[[dict[str, Any], Schema], dict[str, Any]]) -> None:
        self._defs = defs
        self._changed = changed

    def make(self, schema: Schema, name: str = "") -> Any:
        """A document of a schema; ``name`` is that of the field it is for."""
        if isinstance(schema.get("default"), int | str):
            return schema["default"]
        if "$ref" in schema:
            return self.make(self._defs[schema["$ref"].rsplit("/", 1)[1]], name)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self.make(schema[choice][0], name)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        return self._of_type(schema, name)

    def _of_type(self, schema: Schema, name: str) -> Any:
        kind = schema.get("type", "null")
        if kind == "object":
            given = schema.get("properties", {})
            fields = {field: self.make(found, field) for field, found in given.items()}
            return self._changed(fields, schema) if given else {}
        if kind == "array":
            return [self.make(schema["items"], name)]
        if kind == "string":
            return _text(schema, name)
        return {"boolean": True, "null": None}.get(kind, max(schema.get("minimum", 1), 1))


def _text(schema: Schema, name: str) -> str:
    named = FORMATS.get(schema.get("format", "")) or NAMES.get(name)
    pattern = schema.get("pattern", "")
    return named or next(text for text in STRINGS if re.search(pattern, text))
