"""What changed between two versions of a plan, field by field."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import JsonValue, TypeAdapter

from shared.contracts.plan import PlanContent
from shared.contracts.values import Value

_JSON: Final = TypeAdapter[Any](Any)
_ABSENT: Final = object()


class Change(StrEnum):
    """What became of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class FieldChange(Value):
    """One field that differs; ``before`` is null when it was added, ``after`` when it was removed.

    ``path`` names items and milestones by id, such as ``items.contracts.measure.target``.
    """

    path: str
    change: Change
    before: JsonValue = None
    after: JsonValue = None


def diff(before: PlanContent, after: PlanContent) -> tuple[FieldChange, ...]:
    """Every field in which ``after`` differs from ``before``; numbers are compared by value."""
    return tuple(_differences("", before.model_dump(), after.model_dump()))


def _differences(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if _comparable(before, after):
        yield from _by_key(path, before, after)
    elif _listed(before) and _listed(after):
        yield from _by_id(path, before, after)
    else:
        yield _change(path, before, after)


def _by_key(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key in dict.fromkeys([*before, *after]):
        yield from _differences(_join(path, key), before.get(key, _ABSENT), after.get(key, _ABSENT))


def _by_id(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    old = {entry["id"]: entry for entry in before}
    new = {entry["id"]: entry for entry in after}
    yield from _by_key(path, old, new)
    kept_before = [name for name in old if name in new]
    kept_after = [name for name in new if name in old]
    if kept_before != kept_after:
        yield FieldChange(path=path, change=Change.CHANGED, before=kept_before, after=kept_after)


def _comparable(before: Any, after: Any) -> bool:
    """Two mappings of one shape; measures of two kinds have no field in common."""
    return (
        isinstance(before, Mapping) and isinstance(after, Mapping) and before.get("kind") == after.get("kind")
    )


def _listed(value: Any) -> bool:
    """A list whose entries have ids; an empty one may be either kind."""
    return isinstance(value, (list, tuple)) and all(
        isinstance(entry, Mapping) and "id" in entry for entry in value
    )


def _change(path: str, before: Any, after: Any) -> FieldChange:
    if before is _ABSENT:
        return FieldChange(path=path, change=Change.ADDED, after=_plain(after))
    if after is _ABSENT:
        return FieldChange(path=path, change=Change.REMOVED, before=_plain(before))
    return FieldChange(path=path, change=Change.CHANGED, before=_plain(before), after=_plain(after))


def _plain(value: Any) -> JsonValue:
    plain: JsonValue = _JSON.dump_python(value, mode="json")
    return plain


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
