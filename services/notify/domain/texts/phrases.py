"""The phrases that many texts share."""

from services.notify.domain.wording import OutboxMessage, Wording

PLAN_ZH, PLAN_EN = "计划编号：{plan}", "Plan: {plan}"
DUE_ZH, DUE_EN = "截止时间：{due}", "Due: {due}"
RUNG_ZH, RUNG_EN = "提醒级别：{rung}", "Step of the ladder: {rung}"
BECAUSE_ZH, BECAUSE_EN = "您因作为{because}而收到本通知。", "You are told as {because}."


def wording(zh: tuple[str, ...], en: tuple[str, ...]) -> Wording:
    """A text from its subjects and paragraphs; the plan's id closes every one."""
    return Wording(zh=OutboxMessage(zh[0], (*zh[1:], PLAN_ZH)), en=OutboxMessage(en[0], (*en[1:], PLAN_EN)))
