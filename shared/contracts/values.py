"""The base of every value that crosses a process, and the small values all others use."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.contracts.words import Language


class Value(BaseModel):
    """A frozen value that refuses fields it does not know, and repeats nothing of what it refuses.

    Our own code, HTTP bodies and imported files are checked strictly. Data of another process, which may
    be of another version, is read by :meth:`deserialize`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_inf_nan="constants",
        hide_input_in_errors=True,
        json_schema_serialization_defaults_required=True,
    )

    @classmethod
    def deserialize(cls, data: Any) -> Self:
        """The value in data that another process wrote; fields it does not know are ignored at any depth."""
        return cls.model_validate(data, extra="ignore")


Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$"), Field(examples=["sales"])]
"""A lower-case identifier a company chooses: letters, digits, ``_`` and ``-``, at most 40."""

Month = Annotated[
    str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), Field(examples=["2026-03"])
]
"""A calendar month as ``YYYY-MM``."""

STORABLE = r"^[^\x00]*$"
"""Every text but one with the character NUL, which PostgreSQL cannot keep."""

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=STORABLE)
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=STORABLE)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=STORABLE)
]

Share = Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3, allow_inf_nan=False)]
"""Per cent of the plan, 0 to 100, at most three decimals."""

Quantity = Annotated[Decimal, Field(max_digits=20, decimal_places=6, allow_inf_nan=False)]
"""A measured number: at most 20 digits, six of them decimals."""


def unfit(code: str) -> PydanticCustomError:
    """The error that a validator raises; the text ``field.own.<code>`` says what is wrong."""
    return PydanticCustomError(code, code.replace("_", " "))


class Text(Value):
    """A name that a company gives, in Chinese and in English; readers of another language get the English."""

    zh: Title
    en: Title

    def of(self, language: Language) -> str:
        """The text in ``language``."""
        return self.zh if language is Language.ZH else self.en
