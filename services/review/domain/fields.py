"""The names of a plan's fields, so that a comment stays with its field when items change places."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.contracts.plan import Submission
from shared.contracts.refusals import Unknown

_STEP: Final = re.compile(r"(?:^|(?<=[^.])\.)([a-z0-9_-]+)|\[([0-9]{1,3})\]")
_CATEGORY_FIELDS: Final = ("share", "items")


def locate(submission: Submission, path: str) -> str:
    """The lasting name of the field that ``path`` means in this revision.

    Both ways of naming a line are read: by place as findings do (``items[0].share``) and by id
    (``items.contracts.share``). The answer names it by id. The empty path is the whole plan.

    Raises:
        Unknown: the revision has no such field.
    """
    if not path:
        return ""
    steps = _steps(path)
    if steps[0] == "categories":
        return _category(submission, steps)
    found: list[str] = []
    node: Any = submission.content.model_dump()
    for step in steps:
        name, node = _enter(node, step)
        found.append(name)
    return ".".join(found)


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise _unknown()
        steps.append(match[1] if match[2] is None else int(match[2]))
        at = match.end()
    return steps


def _category(submission: Submission, steps: list[str | int]) -> str:
    known = {category.id for category in submission.categories}
    if len(steps) not in (2, 3) or steps[1] not in known or any(s not in _CATEGORY_FIELDS for s in steps[2:]):
        raise _unknown()
    return ".".join(str(step) for step in steps)


def _enter(node: Any, step: str | int) -> tuple[str, Any]:
    if isinstance(node, Mapping) and step in node and step != "id":
        return str(step), node[step]
    if isinstance(node, Sequence) and not isinstance(node, str):
        for place, entry in enumerate(node):
            if step in (place, entry.get("id")):
                return str(entry.get("id", place)), entry
    raise _unknown()


def _unknown() -> Unknown:
    return Unknown(what="field", path="path")
