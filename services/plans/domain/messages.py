"""What findings and refused progress say to people, in both languages."""

from collections.abc import Mapping

from shared.contracts.values import Text
from shared.contracts.words import Language

MESSAGES: Mapping[str, Text] = {
    "share.total": Text(
        zh="各项占比合计为 {total}%，应为 100%，相差 {gap}。",
        en="The shares sum to {total} %, they must sum to 100 % (gap {gap}).",
    ),
    "share.category_min": Text(
        zh="“{label}”占比 {share}%，低于模板要求的 {minimum}%。",
        en="{label} share {share} % is below {minimum} %, the template's minimum.",
    ),
    "share.category_max": Text(
        zh="“{label}”占比 {share}%，高于模板允许的 {maximum}%。",
        en="{label} share {share} % is above {maximum} %, the template's maximum.",
    ),
    "share.routine": Text(
        zh="事务性工作占比 {share}%，超过 {limit}% 的上限。",
        en="Routine work has {share} %, more than the limit of {limit} %.",
    ),
    "items.count": Text(
        zh="“{label}”有 {count} 项（占比大于 0），应为 {minimum} 至 {maximum} 项。",
        en="{label} has {count} items with a share; the template asks for {minimum} to {maximum}.",
    ),
    "items.empty_category": Text(
        zh="“{label}”要求至少 {minimum}% 的占比，但没有任何任务。",
        en="{label} must have a share of at least {minimum} % and has no item.",
    ),
    "items.unknown_category": Text(
        zh="模板中没有“{category}”这一类别；可用类别：{known}。",
        en="The template has no category {category}; it has {known}.",
    ),
    "measure.missing": Text(
        zh="“{title}”没有可衡量的目标：请填写目标值和单位，或列出里程碑。",
        en="“{title}” has no measurable end: state a target with its unit, or list milestones.",
    ),
    "progress.unknown_item": Text(
        zh="计划中没有编号为“{item}”的任务。",
        en="The plan has no item {item}.",
    ),
    "progress.unknown_milestone": Text(
        zh="任务“{item}”没有里程碑“{milestone}”。",
        en="Item {item} has no milestone {milestone}.",
    ),
    "progress.milestone_needed": Text(
        zh="任务“{item}”按里程碑衡量，请指明是哪个里程碑。",
        en="Item {item} is measured by its milestones; name the milestone.",
    ),
    "progress.not_done_or_open": Text(
        zh="此处只能填 1（完成）或 0（未完成）。",
        en="Only 1 (done) or 0 (not done) fits here.",
    ),
    "progress.negative": Text(
        zh="已完成数量不能为负数。",
        en="A count of things done cannot be negative.",
    ),
    "progress.wrong_month": Text(
        zh="生效日期应在 {first} 至 {last} 之间。",
        en="The effective date must lie between {first} and {last}.",
    ),
    "progress.not_yet": Text(
        zh="生效日期不能晚于今天（{today}）。",
        en="The effective date cannot be later than today, {today}.",
    ),
}


class _Stored(dict[str, str]):
    """Parameters of a finding that an older version stored: what it did not know reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def message(code: str, parameters: Mapping[str, str], language: Language) -> str:
    """The sentence for ``code``; the code itself when this version has no sentence for it."""
    text = MESSAGES.get(code)
    if text is None:
        return code
    known = _Stored(parameters)
    if f"label_{language}" in parameters:
        known["label"] = parameters[f"label_{language}"]
    return text.of(language).format_map(known)
