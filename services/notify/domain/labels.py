"""The words of the domain as people read them, in both languages."""

from shared.contracts.values import Text
from shared.contracts.words import Milestone, Rung, Stage

STAGES: dict[Stage, Text] = {
    Stage.DRAFTING: Text(zh="编制", en="drafting"),
    Stage.HR_REVIEW: Text(zh="HR 初审", en="HR review"),
    Stage.LEADER_REVIEW: Text(zh="分管领导审批", en="leader's approval"),
    Stage.TRACKING: Text(zh="执行跟踪", en="tracking"),
    Stage.CLOSING: Text(zh="月末关闭", en="closing"),
    Stage.SCORED: Text(zh="已评分", en="scored"),
    Stage.FINAL: Text(zh="已定稿", en="final"),
    Stage.MISSING: Text(zh="缺交", en="missing"),
    Stage.EXEMPT: Text(zh="豁免", en="exempt"),
    Stage.CANCELLED: Text(zh="已取消", en="cancelled"),
}

MILESTONES: dict[Milestone, Text] = {
    Milestone.DRAFT_DUE: Text(zh="提交计划", en="submitting the plan"),
    Milestone.HR_REVIEW_DUE: Text(zh="HR 初审", en="the HR review"),
    Milestone.LEADER_REVIEW_DUE: Text(zh="分管领导审批", en="the leader's approval"),
    Milestone.PROGRESS_DUE: Text(zh="每周进度填报", en="the weekly progress entry"),
    Milestone.CLOSE_OPENS: Text(zh="月末关闭开始", en="the opening of the close"),
    Milestone.ACTUALS_DUE: Text(zh="填报实际完成值", en="entering the actual figures"),
    Milestone.CONFIRMATION_DUE: Text(zh="评分确认", en="confirming the score"),
    Milestone.DISPUTE_UNTIL: Text(zh="异议期", en="the dispute window"),
    Milestone.DISPUTE_ANSWER_DUE: Text(zh="答复异议", en="answering the dispute"),
}

RUNGS: dict[Rung, Text] = {
    Rung.HALF_TIME: Text(zh="时间过半提醒", en="half-time reminder"),
    Rung.DUE: Text(zh="到期提醒", en="due reminder"),
    Rung.SUPERIOR: Text(zh="逾期，已通知上级", en="overdue, superior told"),
    Rung.LEADERSHIP: Text(zh="逾期，已上报公司领导", en="overdue, leadership told"),
    Rung.END_STATE: Text(zh="按规定处理", en="ended by policy"),
}

SYSTEM_NAME = Text(zh="系统", en="the system")

CAUSES: dict[str, Text] = {
    "author": Text(zh="计划作者", en="the author of the plan"),
    "responsible": Text(zh="责任人", en="the person responsible"),
    "approver": Text(zh="审批人", en="the approver"),
    "deputy": Text(zh="受托人", en="a delegate"),
    "superior": Text(zh="上级", en="the superior"),
    "leadership": Text(zh="公司领导", en="leadership"),
}
"""Why somebody hears of a rung, as the owners of the steps name it."""

BANDS: dict[str, Text] = {
    "excellent": Text(zh="优秀", en="excellent"),
    "good": Text(zh="良好", en="good"),
    "pass": Text(zh="合格", en="pass"),
    "poor": Text(zh="不合格", en="poor"),
}
"""The shipped bands of scores; one that a company adds is shown by its code."""
