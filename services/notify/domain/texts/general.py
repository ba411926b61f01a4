"""The texts for a notice of a newer version, whose own text is not here yet."""

from services.notify.domain.texts.phrases import DUE_EN, DUE_ZH, wording
from services.notify.domain.wording import Wording

GENERAL: dict[str, Wording] = {
    "news_of_plan": wording(
        (
            "{author}的{month}工作计划有新动态",
            "{author}的{month}工作计划有新动态，请登录系统查看详情。",
            "当前阶段：{stage}",
            DUE_ZH,
        ),
        (
            "There is news about the work plan of {author} for {month}",
            "There is news about the work plan of {author} for {month}. Please sign in to read it.",
            "Stage: {stage}",
            DUE_EN,
        ),
    ),
    "news": wording(
        ("您有一条新消息", "您有一条新消息，请登录系统查看详情。", DUE_ZH),
        ("You have a new message", "You have a new message. Please sign in to read it.", DUE_EN),
    ),
}
