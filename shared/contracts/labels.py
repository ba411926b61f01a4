"""The words of the domain as people read them, in both languages."""

from shared.contracts.moves import TABLE
from shared.contracts.values import Text
from shared.contracts.words import Milestone, Move, Party, Role, Rung, Stage

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

MOVES: dict[Move, Text] = {move: rule.label for move, rule in TABLE.items()}

EDITS: dict[str, Text] = {
    "edit": Text(zh="编辑草稿", en="edit"),
    "progress": Text(zh="填报进度", en="progress"),
    "comment": Text(zh="评论", en="comment"),
}
"""What is refused like a move and is none: it leaves the plan where it stands."""

PARTIES: dict[Party, Text] = {
    Party.AUTHOR: Text(zh="计划作者", en="author"),
    Party.REVIEWER: Text(zh="审批人", en="reviewer"),
    Party.LEADER: Text(zh="分管领导", en="leader"),
    Party.HR: Text(zh="HR", en="HR"),
    Party.SYSTEM: Text(zh="系统", en="system"),
}

ROLES: dict[Role, Text] = {
    Role.MANAGER: Text(zh="部门经理", en="manager"),
    Role.HR: Text(zh="HR 初审", en="HR reviewer"),
    Role.LEADER: Text(zh="分管领导", en="leader"),
    Role.EXECUTIVE: Text(zh="公司领导", en="executive"),
    Role.DATA_STEWARD: Text(zh="数据专员", en="data steward"),
    Role.AUDITOR: Text(zh="审计员", en="auditor"),
    Role.ADMIN: Text(zh="系统管理员", en="admin"),
}

KINDS: dict[str, Text] = {
    "absence": Text(zh="缺勤", en="absence"),
    "address": Text(zh="地址", en="address"),
    "command": Text(zh="指令", en="command"),
    "comment": Text(zh="评论", en="comment"),
    "delegation": Text(zh="委托", en="delegation"),
    "delivery": Text(zh="投递", en="delivery"),
    "department": Text(zh="部门", en="department"),
    "field": Text(zh="字段", en="field"),
    "message": Text(zh="消息", en="message"),
    "metric": Text(zh="指标", en="metric"),
    "person": Text(zh="人员", en="person"),
    "plan": Text(zh="计划", en="plan"),
    "progress entry": Text(zh="进度记录", en="progress entry"),
    "revision": Text(zh="版本", en="revision"),
    "score": Text(zh="评分", en="score"),
    "template": Text(zh="模板", en="template"),
    "webhook": Text(zh="Webhook", en="webhook"),
}
"""The kinds of things that somebody may look for, or name."""

NEEDS: dict[str, Text] = {
    "ALLOW_TIME_SCALE": Text(zh="开启设置 ALLOW_TIME_SCALE", en="the setting ALLOW_TIME_SCALE"),
    "active_person": Text(zh="本公司的在职人员", en="an active person of this company"),
    "giver": Text(
        zh="委托人本人、其 HR 或系统管理员；任何人不得替他人委托给自己",
        en="the giver, their HR reviewer or an admin; nobody takes another's decisions for themself",
    ),
    "hr_of_company": Text(
        zh="系统管理员，或负责全部部门的 HR", en="admin, or HR reviewer of all departments"
    ),
    "hr_of_departments": Text(
        zh="系统管理员，或负责这些部门的 HR", en="admin, or HR reviewer of these departments"
    ),
    "person": Text(zh="本人、其 HR 或系统管理员", en="the person, their HR reviewer or an admin"),
}
"""What a right needs beside one of several roles."""

REASONS: dict[str, Text] = {
    "bad_signature": Text(zh="签名不符", en="its signature is wrong"),
    "decode_error": Text(zh="无法读取", en="it cannot be read"),
    "expired_token": Text(zh="已过期", en="it has expired"),
    "invalid_claim": Text(zh="签发方、受众或时间不符", en="a claim in it does not fit"),
    "invalid_token": Text(zh="无效", en="it is not valid"),
    "missing_claim": Text(zh="缺少必需的内容", en="a claim is missing in it"),
    "no_token": Text(zh="没有令牌", en="there is none"),
}
"""Why a token does not hold."""

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
