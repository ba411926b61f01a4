"""What findings and refused progress say to people, in both languages."""

from collections.abc import Mapping

from shared.contracts.findings import FINDINGS, sentence
from shared.contracts.values import Text
from shared.contracts.words import Language

MESSAGES: Mapping[str, Text] = {
    **FINDINGS,
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


def message(code: str, parameters: Mapping[str, str], language: Language) -> str:
    """The sentence for ``code``; the code itself when this version has no sentence for it."""
    text = MESSAGES.get(code)
    return sentence(text, parameters, language) if text else code
