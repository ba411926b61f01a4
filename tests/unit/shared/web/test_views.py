"""Views are read from the attributes of rows."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import ValidationError

from shared.web.views import View, at


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Row:
    inner: Inner
    count: int = 2


class Shown(View):
    name: Annotated[str, at("inner", "name")]
    count: int


def test_fields_are_read_from_attributes_of_the_same_name_or_under_their_path() -> None:
    assert [one.model_dump() for one in Shown.each([Row(Inner("a"), 1), Row(Inner("b"))])] == [
        {"name": "a", "count": 1},
        {"name": "b", "count": 2},
    ]


def test_a_row_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"inner\.name"):
        Shown.model_validate(Inner("a"))


def test_the_schema_of_an_answer_names_the_fields_as_they_are_sent() -> None:
    assert set(Shown.model_json_schema(mode="serialization")["properties"]) == {"name", "count"}
