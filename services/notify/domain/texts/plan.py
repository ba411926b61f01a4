"""The texts about writing a plan and reviewing it."""

from services.notify.domain.texts.phrases import DUE_EN, DUE_ZH, RUNG_EN, RUNG_ZH, wording
from services.notify.domain.wording import Wording

WRITING: dict[str, Wording] = {
    "draft_opened": wording(
        (
            "{month}工作计划开始填写",
            "{author}，您好：{month}的工作计划已开放填写。",
            DUE_ZH,
            "请在截止前填写并提交；提交前可随时检查草稿是否符合模板要求。",
        ),
        (
            "Your work plan for {month} is open",
            "{author}, your work plan for {month} can be written now.",
            DUE_EN,
            "Please submit it in time; the draft can be checked against its template at any moment.",
        ),
    ),
    "draft_reminder": wording(
        (
            "提醒：{month}工作计划尚未提交",
            "{author}的{month}工作计划尚未提交。",
            DUE_ZH,
            RUNG_ZH,
        ),
        (
            "Reminder: the work plan for {month} has not been submitted",
            "The work plan of {author} for {month} has not been submitted.",
            DUE_EN,
            RUNG_EN,
        ),
    ),
    "entry_reminder": wording(
        (
            "提醒：{month}工作计划待填报（{milestone}）",
            "{author}的{month}工作计划等待处理：{milestone}。",
            DUE_ZH,
            RUNG_ZH,
        ),
        (
            "Reminder: work plan for {month}, {milestone}",
            "The work plan of {author} for {month} still needs one step: {milestone}.",
            DUE_EN,
            RUNG_EN,
        ),
    ),
}

REVIEW: dict[str, Wording] = {
    "review_waiting": wording(
        (
            "待审：{author}的{month}工作计划",
            "{author}的{month}工作计划正在等待您处理。",
            "部门：{department}",
            "当前阶段：{stage}",
            DUE_ZH,
        ),
        (
            "Waiting for you: work plan of {author} for {month}",
            "The work plan of {author} for {month} waits for your decision.",
            "Department: {department}",
            "Stage: {stage}",
            DUE_EN,
        ),
    ),
    "review_reminder": wording(
        (
            "提醒：{author}的{month}工作计划待审",
            "{author}的{month}工作计划仍在等待您处理。",
            "当前阶段：{stage}",
            DUE_ZH,
            RUNG_ZH,
        ),
        (
            "Reminder: work plan of {author} for {month} waits for you",
            "The work plan of {author} for {month} still waits for your decision.",
            "Stage: {stage}",
            DUE_EN,
            RUNG_EN,
        ),
    ),
    "returned": wording(
        (
            "已退回：{author}的{month}工作计划",
            "{author}的{month}工作计划被{actor}退回。",
            "退回原因：{note}",
            "退回原因：“{milestone}”期限已过，按制度退回。",
            "当前阶段：{stage}",
            DUE_ZH,
        ),
        (
            "Returned: work plan of {author} for {month}",
            "The work plan of {author} for {month} was returned by {actor}.",
            "Reason: {note}",
            "Reason: the deadline “{milestone}” has passed, and the policy returns the plan then.",
            "Stage: {stage}",
            DUE_EN,
        ),
    ),
    "approved": wording(
        (
            "已通过：{author}的{month}工作计划",
            "{author}的{month}工作计划已由{actor}审核通过。",
            "附带条件：{note}",
            "当前阶段：{stage}",
        ),
        (
            "Approved: work plan of {author} for {month}",
            "The work plan of {author} for {month} was approved by {actor}.",
            "Condition: {note}",
            "Stage: {stage}",
        ),
    ),
    "recalled": wording(
        (
            "已撤回：{author}的{month}工作计划",
            "{author}已撤回{month}的工作计划，您无需再处理。",
            "说明：{note}",
        ),
        (
            "Recalled: work plan of {author} for {month}",
            "{author} has recalled the work plan for {month}; nothing is left for you to decide.",
            "Note: {note}",
        ),
    ),
}
