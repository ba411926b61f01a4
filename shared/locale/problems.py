"""The words of every refusal, in both languages: a title and a detail with its parameters."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.contracts.labels import EDITS, KINDS, MOVES, NEEDS, PARTIES, REASONS, ROLES, STAGES
from shared.contracts.refusals import Refusal
from shared.contracts.values import Text
from shared.contracts.words import Language

TYPE = "urn:monthline:problem:"

Words = tuple[str, str]
"""A title and a detail."""

ENGLISH: dict[str, Words] = {
    "refused": ("Refused", "The request was refused."),
    "auth.required": ("Sign in first", "The bearer token is missing or does not hold ({reason})."),
    "auth.forbidden": ("Not permitted", "You may not do this; it needs {needs}."),
    "not_found": ("Not found", "There is no such {what}, or it is not yours to see."),
    "request.invalid": ("The request is not valid", "See errors for each place and what is wrong there."),
    "request.too_large": ("Too large", "The request's body is larger than what is taken here."),
    "move.wrong_stage": (
        "Not possible now",
        "The plan is in stage {stage}; {move} is not possible from there.",
    ),
    "move.month_not_begun": ("Too early", "{month} has not begun; {move} is not possible before it has."),
    "move.month_closed": ("Too late", "{month} has been closed; {move} is not possible any more."),
    "move.not_yours": ("Somebody else's move", "{move} is a move of the {party}."),
    "move.own_plan": ("Nobody decides their own plan", "The step belongs to the next person up."),
    "move.not_available": ("Not available", "This version of Monthline does not offer {move} yet."),
    "move.reason_missing": ("Reason missing", "{move} needs a reason: send it as note."),
    "move.target_wrong": ("Wrong target", "From {stage} the plan can be returned to: {allowed}."),
    "version.stale": (
        "The plan has changed",
        "You have seen version {expected}; it is at version {current} in stage {stage}. Read it again.",
    ),
    "version.stale.later": (
        "The plan has changed",
        "You have seen version {expected}; the plan, in stage {stage}, has moved on since. Read it again.",
    ),
    "version.stale.thing": (
        "Changed meanwhile",
        "You have seen version {expected}; it is at version {current}. Read it again.",
    ),
    "move.already_decided": (
        "Already decided",
        "{actor} was there first: {move}. The plan is in stage {stage}.",
    ),
    "review.not_approver": ("Not your decision", "Stage {stage} waits for somebody else."),
    "plan.blocked": ("The plan breaks its template", "See findings; each names its place and what is asked."),
    "plan.full": ("The plan is full", "A plan takes {most} of this kind at most: {what}."),
    "duplicate": ("Exists already", "There is a {what} with this id."),
    "reference.unknown": ("Unknown reference", "There is no such {what} (at {path})."),
    "reference.cycle": ("A cycle", "The {what} comes back to itself: {path}."),
    "idempotency.reused": (
        "Key already used",
        "This Idempotency-Key stands for another request; use a new one.",
    ),
    "idempotency.missing": ("Idempotency-Key missing", "Send a fresh UUID in the header Idempotency-Key."),
    "version.missing": ("If-Match missing", "Send the plan's ETag in the header If-Match."),
    "window.over": ("Too late", "This was possible until {until}."),
    "issuer.down": (
        "Nobody can be signed in for a moment",
        "The issuer's keys cannot be fetched, so no token can be checked. Try again in {retry_after} s.",
    ),
    "rate.exceeded": ("Too many requests", "Too many from one {of}. Try again in {retry_after} s."),
    "engine.down": (
        "Moves are not possible for a moment",
        "Nothing was changed. Try again in {retry_after} s.",
    ),
    "store.down": (
        "The store cannot be reached",
        "Try again in {retry_after} s, with the same Idempotency-Key: what was done is not done twice.",
    ),
}

CHINESE: dict[str, Words] = {
    "refused": ("已拒绝", "该请求已被拒绝。"),
    "auth.required": ("请先登录", "缺少访问令牌或令牌无效（{reason}）。"),
    "auth.forbidden": ("没有权限", "您无权执行此操作，需要：{needs}。"),
    "not_found": ("未找到", "没有该{what}，或您无权查看。"),
    "request.invalid": ("请求无效", "errors 中列出了每一处错误及原因。"),
    "request.too_large": ("内容过大", "请求内容超出允许的大小。"),
    "move.wrong_stage": ("当前阶段不允许", "计划处于“{stage}”阶段，不能执行“{move}”。"),
    "move.month_not_begun": ("为时过早", "{month} 尚未开始，不能执行“{move}”。"),
    "move.month_closed": ("为时已晚", "{month} 已关闭，不能再执行“{move}”。"),
    "move.not_yours": ("应由他人操作", "“{move}”应由{party}执行。"),
    "move.own_plan": ("不能审批自己的计划", "该步骤由上一级负责。"),
    "move.not_available": ("暂不支持", "此版本暂不支持“{move}”。"),
    "move.reason_missing": ("缺少原因", "“{move}”必须在 note 中填写原因。"),
    "move.target_wrong": ("退回目标有误", "在“{stage}”阶段只能退回到：{allowed}。"),
    "version.stale": (
        "计划已变更",
        "您看到的是版次 {expected}，当前为版次 {current}，处于“{stage}”阶段，请重新读取。",
    ),
    "version.stale.later": (
        "计划已变更",
        "您看到的是版次 {expected}，计划此后已有变更，处于“{stage}”阶段，请重新读取。",
    ),
    "version.stale.thing": ("已变更", "您看到的是版次 {expected}，当前为版次 {current}，请重新读取。"),
    "move.already_decided": ("已有决定", "{actor} 已先行操作：{move}。计划处于“{stage}”阶段。"),
    "review.not_approver": ("不由您审批", "“{stage}”阶段正在等待其他人。"),
    "plan.blocked": ("计划不符合模板", "findings 中列出了每一处问题及要求。"),
    "plan.full": ("已达上限", "一份计划最多包含 {most} 条{what}。"),
    "duplicate": ("已存在", "已有相同编号的{what}。"),
    "reference.unknown": ("引用不存在", "没有该{what}，位置：{path}。"),
    "reference.cycle": ("循环引用", "{what}形成了循环：{path}。"),
    "idempotency.reused": ("幂等键已使用", "该 Idempotency-Key 已用于另一请求，请更换。"),
    "idempotency.missing": ("缺少幂等键", "请在 Idempotency-Key 请求头中发送新的 UUID。"),
    "version.missing": ("缺少 If-Match", "请在 If-Match 请求头中发送计划的 ETag。"),
    "window.over": ("已过期限", "该操作的截止时间为 {until}。"),
    "issuer.down": ("暂时无法验证身份", "无法获取签发方的公钥，无法验证令牌，请在 {retry_after} 秒后重试。"),
    "rate.exceeded": ("请求过于频繁", "来自同一来源（{of}）的请求过多，请在 {retry_after} 秒后重试。"),
    "engine.down": ("暂时无法流转", "没有任何更改，请在 {retry_after} 秒后重试。"),
    "store.down": (
        "暂时无法访问数据库",
        "请 {retry_after} 秒后用同一 Idempotency-Key 重试，不会重复执行。",
    ),
}

WORDS = {Language.EN: ENGLISH, Language.ZH: CHINESE}


_STAGES: Mapping[str, Text] = {key.value: text for key, text in STAGES.items()}
_LABELS: Mapping[str, Mapping[str, Text]] = {
    "stage": _STAGES,
    "allowed": _STAGES,
    "move": {key.value: text for key, text in MOVES.items()} | EDITS,
    "party": {key.value: text for key, text in PARTIES.items()},
    "needs": {key.value: text for key, text in ROLES.items()} | NEEDS,
    "what": KINDS,
    "of": KINDS,
    "reason": REASONS,
}


class _Shown(dict[str, str]):
    """Details as people read them; what is not given reads as a question mark."""

    def __init__(self, details: Mapping[str, Any], language: Language) -> None:
        super().__init__({key: _shown(key, value, language) for key, value in details.items()})

    def __missing__(self, key: str) -> str:
        return "?"


def _shown(key: str, value: object, language: Language) -> str:
    """One detail; a word that has no label stays as it is, and of several each is shown."""
    labels = _LABELS.get(key)
    if labels is None:
        return str(value)
    words = (labels.get(word, Text(zh=word, en=word)).of(language) for word in str(value).split(", "))
    return ("、" if language is Language.ZH else ", ").join(words)


def said(errors: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Field errors with their messages in one language."""
    return [{**error, "message": _message(error.get("message"), language)} for error in errors]


def _message(message: object, language: Language) -> object:
    return message.get(language.value) if isinstance(message, Mapping) else message


def _words_for(refused: Refusal, language: Language) -> Words:
    """The words of a refusal; a stale version may have no stage, or no number of the current one."""
    words = WORDS[language]
    code = refused.code
    if code == "version.stale" and refused.details.get("stage") not in _STAGES:
        code = "version.stale.thing"
    elif code == "version.stale" and refused.details.get("current") is None:
        code = "version.stale.later"
    return words.get(code, words["refused"])


def language_of(accept_language: str | None) -> Language:
    """The language of an answer: Chinese when the caller asks for it first, else English."""
    first = (accept_language or "").split(",")[0].strip().lower()
    return Language.ZH if first.startswith("zh") else Language.EN


def problem(refused: Refusal, language: Language, trace_id: str) -> dict[str, Any]:
    """The problem+json body (RFC 9457) of a refusal; its details are extension members."""
    title, detail = _words_for(refused, language)
    errors = refused.details.get("errors")
    return {
        **refused.details,
        **({"errors": said(errors, language)} if isinstance(errors, list | tuple) else {}),
        "type": TYPE + refused.code,
        "title": title,
        "status": refused.status,
        "detail": detail.format_map(_Shown(refused.details, language)),
        "code": refused.code,
        "trace_id": trace_id,
    }
