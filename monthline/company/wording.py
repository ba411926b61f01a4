"""The words for a field that does not fit its contract, in both languages."""

from collections.abc import Mapping
from itertools import count
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monthline.company.problems import INVALID, Path, Problem, Source
from shared.locale.validation_messages import field_words

_OF_THE_STORY: Mapping[str, str] = {
    "who never submits has no more to tell": "从不提交的人不应再有其他情节",
    "what is refused or returned needs resubmit: the file that comes next": (
        "被拦截或被退回之后需要 resubmit：接着提交的文件"
    ),
    "resubmit needs something that was refused, returned or recalled": (
        "只有被拦截、被退回或撤回之后才能写 resubmit"
    ),
    "an answer needs a dispute": "没有异议（dispute）就没有答复（answer）",
}
_TWICE_IN: Mapping[str, str] = {
    "two milestones of an item have the same id": "milestones",
    "two items of a plan have the same id": "items",
    "two categories of a template have the same id": "categories",
    "two bands have the same id": "bands",
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
    zh, en = field_words(detail, _OF_THE_STORY)
    return Problem(source.place(_where(detail, source)), INVALID, zh, en)


def _where(detail: ErrorDetails, source: Source) -> Path:
    """The path of the field; of two entries with the same id, that of the second's."""
    path = detail["loc"]
    entries = _TWICE_IN.get(str(detail.get("ctx", {}).get("error")))
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
