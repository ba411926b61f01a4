"""How fields become values of a contract, and where in a file those are that do not fit it."""

from collections.abc import Mapping
from itertools import count
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monthline.company.problems import INVALID, Path, Problem, Source
from shared.locale.validation_messages import field_message

_TWICE_IN: Mapping[str, str] = {
    "milestone_id_twice": "milestones",
    "item_id_twice": "items",
    "category_id_twice": "categories",
    "band_id_twice": "bands",
}


M = TypeVar("M", bound=BaseModel)


def build(model: type[M], fields: object, source: Source, found: list[Problem]) -> M | None:
    """``fields`` as a ``model``; None when they do not fit, with every reason added to ``found``."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        found += (_problem(detail, source) for detail in error.errors(include_url=False))
        return None


def _problem(detail: ErrorDetails, source: Source) -> Problem:
    return Problem(source.place(_where(detail, source)), INVALID, field_message(detail))


def _where(detail: ErrorDetails, source: Source) -> Path:
    """The path of the field; of two entries with the same id, that of the second's."""
    path = detail["loc"]
    entries = _TWICE_IN.get(detail["type"])
    if entries is None:
        return path
    seen: set[str] = set()
    for index in count():
        name = (*path, entries, index, "id")
        written = source.text(name)
        if not written or written in seen:
            return name
        seen.add(written)
    raise AssertionError("counting does not end")
