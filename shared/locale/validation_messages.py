"""The words for a field that does not fit its model, in both languages."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from shared.contracts.ids import PLAN_ID_FORM

Words = tuple[str, str]

_DATE: Words = ("日期应写成 2026-03-01 这样的形式", "write the date as 2026-03-01")
_TIME: Words = ("时间应写成 18:00 这样的形式", "write the time as 18:00")
_INSTANT: Words = ("时刻应写成 2026-03-01 09:00 这样的形式", "write date and time as 2026-03-01 09:00")
_NUMBER: Words = ("这里应是一个数", "a number is wanted here")
_WHOLE: Words = ("这里应是一个整数", "a whole number is wanted here")
_YES_NO: Words = ("这里应是 true 或 false", "true or false is wanted here")
_TEXT: Words = ("这里应是一段文字", "a text is wanted here")
_LIST: Words = ("这里应是一个列表", "a list is wanted here")
_FIELDS: Words = ("这里应是若干“字段: 值”", "fields with their values are wanted here")
_CHOICE: Words = ("只能是：{expected}", "one of these is wanted: {expected}")
_LINK: Words = ("这里应是一个 http(s) 链接", "an http(s) link is wanted here")
_DECIMALS: Words = ("小数位或位数过多", "too many digits or decimals")

_BY_TYPE: Mapping[str, Words] = {
    "missing": ("不能为空", "this is required"),
    "extra_forbidden": ("没有这个字段", "there is no such field"),
    "string_type": _TEXT,
    "string_too_short": ("不能为空", "this must not be empty"),
    "string_too_long": ("最多 {max_length} 个字", "at most {max_length} characters"),
    "too_short": ("至少要有 {min_length} 项", "at least {min_length} are wanted"),
    "too_long": ("最多 {max_length} 项", "at most {max_length} are allowed"),
    "greater_than": ("必须大于 {gt}", "this must be more than {gt}"),
    "greater_than_equal": ("不能小于 {ge}", "this must not be less than {ge}"),
    "less_than": ("必须小于 {lt}", "this must be less than {lt}"),
    "less_than_equal": ("不能大于 {le}", "this must not be more than {le}"),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "union_tag_invalid": ("种类只能是：{expected_tags}", "the kind is one of {expected_tags}"),
    "union_tag_not_found": ("缺少 {discriminator}", "{discriminator} is missing"),
    "timezone_aware": _INSTANT,
    "json_invalid": ("不是有效的 JSON", "this is no valid JSON"),
    "string_pattern_mismatch": ("格式不符", "this does not have the form that is wanted"),
}
_BY_PREFIX: Mapping[str, Words] = {
    "decimal_m": _DECIMALS,
    "decimal_w": _DECIMALS,
    "datetime": _INSTANT,
    "date": _DATE,
    "time": _TIME,
    "decimal": _NUMBER,
    "finite": _NUMBER,
    "float": _NUMBER,
    "int": _WHOLE,
    "bool": _YES_NO,
    "list": _LIST,
    "tuple": _LIST,
    "model": _FIELDS,
    "dict": _FIELDS,
    "url": _LINK,
}
_PLAN: Words = (
    "计划编号的形式是 公司:YYYY-MM:人员:部门，第二份起再加 :序号",
    f"a plan id reads {PLAN_ID_FORM}",
)
_BY_PATTERN: Mapping[str, Words] = {
    ":20[0-9]{2}-": _PLAN,
    "@": ("不是有效的邮箱地址", "this is not a mail address"),
    "20[0-9]{2}-": ("月份应写成 2026-03 这样的形式", "write the month as 2026-03"),
    "[a-z0-9]": (
        "编号只能用小写字母、数字、_ 和 -，最多 40 个字符",
        "an id has lower-case letters, digits, _ and - only, at most 40",
    ),
}
_BY_MESSAGE: Mapping[str, str] = {
    "no such time zone; use an IANA name such as Asia/Shanghai": "没有这个时区；请用 Asia/Shanghai 等名称",
    _PLAN[1]: _PLAN[0],
    "a plan is named twice": "同一计划出现了两次",
    "two milestones of an item have the same id": "同一任务有两个节点编号相同",
    "two items of a plan have the same id": "同一计划有两项任务编号相同",
    "two categories of a template have the same id": "同一模板有两个类别编号相同",
    "two bands have the same id": "两个等级编号相同",
    "a minimum is above its maximum": "下限大于上限",
    "a local time has no zone": "本地时间不应带时区",
    "each rung of a ladder comes later than the one before it": "催办的每一级必须晚于前一级",
    "this step cannot end like that: no move of its stage leads there": "该步骤不能以此方式结束",
    "the bands go from the best down, each with a lower minimum": "等级应从高到低排列，起始分依次降低",
    "the last band starts at 0 points": "最后一个等级必须从 0 分开始",
}
"""Of what the models of the contracts and of the APIs refuse themselves."""

_OTHERWISE: Words = ("这里的内容不符合要求", "this does not fit what is wanted here")


def field_words(detail: ErrorDetails, more: Mapping[str, str] | None = None) -> Words:
    """What is wrong with one field, as pydantic found it, in Chinese and in English.

    ``more`` holds the Chinese for what further models refuse, by their English message.
    """
    context: Mapping[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "value_error":
        message = str(context.get("error", ""))
        return {**_BY_MESSAGE, **(more or {})}.get(message, _OTHERWISE[0]), message or _OTHERWISE[1]
    zh, en = _by_pattern(kind, context) or _BY_TYPE.get(kind) or _by_prefix(kind) or _OTHERWISE
    return _filled(zh, context), _filled(en, context)


def _by_pattern(kind: str, context: Mapping[str, Any]) -> Words | None:
    if kind != "string_pattern_mismatch":
        return None
    pattern = str(context["pattern"])
    return next((words for part, words in _BY_PATTERN.items() if part in pattern), None)


def _by_prefix(kind: str) -> Words | None:
    return next((words for prefix, words in _BY_PREFIX.items() if kind.startswith(prefix)), None)


def _filled(words: str, context: Mapping[str, Any]) -> str:
    said = {name: _plain(value) for name, value in context.items()}
    return words.format_map(said)


def _plain(value: object) -> str:
    bare = re.sub(r"<\w+\.\w+: ('\w+')>", r"\1", str(value))
    return bare.replace("'", "").replace(" or ", ", ")
