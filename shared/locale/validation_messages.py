"""What is wrong with a field that does not fit its model, as a sentence of the catalogue."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from shared.locale.catalogue import Sentence, known, sentence

BY_TYPE: Mapping[str, str] = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "string_type": "field.text",
    "string_too_short": "field.empty",
    "string_too_long": "field.text_too_long",
    "too_short": "field.too_few",
    "too_long": "field.too_many",
    "greater_than": "field.more_than",
    "greater_than_equal": "field.at_least",
    "less_than": "field.less_than",
    "less_than_equal": "field.at_most",
    "enum": "field.choice",
    "literal_error": "field.choice",
    "union_tag_invalid": "field.kind",
    "union_tag_not_found": "field.kind_missing",
    "timezone_aware": "field.instant",
    "json_invalid": "field.json",
    "string_pattern_mismatch": "field.form",
}
BY_PREFIX: Mapping[str, str] = {
    "decimal_m": "field.decimals",
    "decimal_w": "field.decimals",
    "datetime": "field.instant",
    "date": "field.date",
    "time": "field.time",
    "decimal": "field.number",
    "finite": "field.number",
    "float": "field.number",
    "int": "field.whole_number",
    "bool": "field.yes_no",
    "list": "field.list",
    "tuple": "field.list",
    "model": "field.fields",
    "dict": "field.fields",
    "url": "field.link",
}
BY_PATTERN: Mapping[str, str] = {
    ":20[0-9]{2}-": "field.plan_id",
    "@": "field.mail",
    "20[0-9]{2}-": "field.month",
    "[a-z0-9]": "field.id",
}
"""By a part of the pattern that the field's type asks for."""

PARAMETERS = frozenset(
    {"discriminator", "expected", "expected_tags", "ge", "gt", "le", "lt", "max_length", "min_length"}
)
"""What pydantic says of a limit that a field does not keep."""

UNFIT = "field.unfit"


def field_message(detail: ErrorDetails) -> Sentence:
    """What is wrong with one field, as pydantic found it."""
    kind, context = detail["type"], detail.get("ctx", {})
    own = f"field.own.{kind}"
    if known(own):
        return sentence(own)
    code = _by_pattern(kind, context) or BY_TYPE.get(kind) or _by_prefix(kind) or UNFIT
    limits = {name: _plain(value) for name, value in context.items() if name in PARAMETERS}
    return sentence(code, **limits)


def _by_pattern(kind: str, context: Mapping[str, Any]) -> str | None:
    if kind != "string_pattern_mismatch":
        return None
    pattern = str(context["pattern"])
    return next((code for part, code in BY_PATTERN.items() if part in pattern), None)


def _by_prefix(kind: str) -> str | None:
    return next((code for prefix, code in BY_PREFIX.items() if kind.startswith(prefix)), None)


def _plain(value: object) -> str:
    bare = re.sub(r"<\w+\.\w+: ('\w+')>", r"\1", str(value))
    return bare.replace("'", "").replace(" or ", ", ")
