"""The texts about what became late, and about the close and the score."""

from services.notify.domain.texts.phrases import (
    BECAUSE_EN,
    BECAUSE_ZH,
    DUE_EN,
    DUE_ZH,
    RUNG_EN,
    RUNG_ZH,
    wording,
)
from services.notify.domain.wording import Wording

LADDER: dict[str, Wording] = {
    "overdue": wording(
        (
            "逾期：{author}的{month}工作计划（{milestone}）",
            "{author}的{month}工作计划在“{milestone}”环节已逾期。",
            "部门：{department}",
            "当前阶段：{stage}",
            "应于以下时间完成：{due}",
            "责任人：{responsible}",
            RUNG_ZH,
            BECAUSE_ZH,
        ),
        (
            "Overdue: work plan of {author} for {month} ({milestone})",
            "The work plan of {author} for {month} is overdue: {milestone}.",
            "Department: {department}",
            "Stage: {stage}",
            "It was due: {due}",
            "Responsible: {responsible}",
            RUNG_EN,
            BECAUSE_EN,
        ),
    ),
    "escalated": wording(
        (
            "升级上报：{author}的{month}工作计划（{milestone}）",
            "{author}的{month}工作计划在“{milestone}”环节逾期未处理，现上报公司领导。",
            "部门：{department}",
            "当前阶段：{stage}",
            "应于以下时间完成：{due}",
            "责任人：{responsible}",
            RUNG_ZH,
            BECAUSE_ZH,
        ),
        (
            "Escalated: work plan of {author} for {month} ({milestone})",
            "The work plan of {author} for {month} is overdue and comes to leadership: {milestone}.",
            "Department: {department}",
            "Stage: {stage}",
            "It was due: {due}",
            "Responsible: {responsible}",
            RUNG_EN,
            BECAUSE_EN,
        ),
    ),
    "missing": wording(
        (
            "缺交：{author}的{month}工作计划",
            "{author}的{month}工作计划逾期未提交，已记为缺交。",
            "部门：{department}",
            "应于以下时间提交：{due}",
            "说明：{note}",
        ),
        (
            "Missing: work plan of {author} for {month}",
            "The work plan of {author} for {month} was not submitted and is marked missing.",
            "Department: {department}",
            "It was due: {due}",
            "Note: {note}",
        ),
    ),
    "time_up": wording(
        (
            "时限已到：{author}的{month}工作计划（{milestone}）",
            "{author}的{month}工作计划在“{milestone}”环节的时限已用尽，按公司规定处理。",
            "部门：{department}",
            "当前阶段：{stage}",
            "应于以下时间完成：{due}",
            BECAUSE_ZH,
        ),
        (
            "Time is up: work plan of {author} for {month} ({milestone})",
            "The work plan of {author} for {month} has used up all time for {milestone}; the policy applies.",
            "Department: {department}",
            "Stage: {stage}",
            "It was due: {due}",
            BECAUSE_EN,
        ),
    ),
    "ended": wording(
        (
            "已终止：{author}的{month}工作计划（{stage}）",
            "{author}的{month}工作计划已由{actor}终止，状态：{stage}。",
            "原因：{note}",
        ),
        (
            "Ended: work plan of {author} for {month} ({stage})",
            "The work plan of {author} for {month} was ended by {actor}: {stage}.",
            "Reason: {note}",
        ),
    ),
}

SCORE: dict[str, Wording] = {
    "closing": wording(
        (
            "{month}工作计划进入月末关闭",
            "{author}的{month}工作计划已进入月末关闭，请填报实际完成值。",
            DUE_ZH,
        ),
        (
            "The work plan for {month} is closing",
            "The work plan of {author} for {month} is closing; please enter the actual figures.",
            DUE_EN,
        ),
    ),
    "scored": wording(
        (
            "评分：{author}的{month}工作计划",
            "{author}的{month}工作计划已评分，请确认或提出异议。",
            "得分：{score}",
            "等级：{band}",
            "确认截止时间：{due}",
        ),
        (
            "Score: work plan of {author} for {month}",
            "The work plan of {author} for {month} has been scored; please confirm or dispute the score.",
            "Score: {score}",
            "Band: {band}",
            "Confirm by: {due}",
        ),
    ),
    "confirmation_waiting": wording(
        (
            "待确认：{author}的{month}评分",
            "{author}的{month}工作计划评分等待您确认。",
            "得分：{score}",
            "等级：{band}",
            DUE_ZH,
        ),
        (
            "Waiting for you: score of {author} for {month}",
            "The score of the work plan of {author} for {month} waits for your confirmation.",
            "Score: {score}",
            "Band: {band}",
            DUE_EN,
        ),
    ),
    "confirmation_reminder": wording(
        (
            "提醒：{author}的{month}评分待确认",
            "{author}的{month}工作计划评分尚待处理：{milestone}。",
            "得分：{score}",
            DUE_ZH,
            RUNG_ZH,
        ),
        (
            "Reminder: score of {author} for {month}",
            "The score of the work plan of {author} for {month} still needs one step: {milestone}.",
            "Score: {score}",
            DUE_EN,
            RUNG_EN,
        ),
    ),
    "disputed": wording(
        (
            "异议：{author}的{month}评分",
            "{author}对{month}工作计划的评分提出异议，请答复。",
            "异议理由：{note}",
            "得分：{score}",
            DUE_ZH,
        ),
        (
            "Disputed: score of {author} for {month}",
            "{author} disputes the score of the work plan for {month}; please answer.",
            "Reason: {note}",
            "Score: {score}",
            DUE_EN,
        ),
    ),
    "dispute_answered": wording(
        (
            "异议已答复：{author}的{month}评分",
            "{actor}已答复{author}对{month}评分的异议。",
            "答复：{note}",
            "得分：{score}",
        ),
        (
            "Dispute answered: score of {author} for {month}",
            "{actor} has answered the dispute of {author} about the score for {month}.",
            "Answer: {note}",
            "Score: {score}",
        ),
    ),
    "final": wording(
        (
            "已定稿：{author}的{month}评分",
            "{author}的{month}工作计划评分已定稿。",
            "最终得分：{score}",
            "等级：{band}",
        ),
        (
            "Final: score of {author} for {month}",
            "The score of the work plan of {author} for {month} is final.",
            "Final score: {score}",
            "Band: {band}",
        ),
    ),
}
