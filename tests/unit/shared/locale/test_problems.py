"""What a refusal says, in the language of whoever reads it."""

import re
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
from pydantic import BaseModel, Field

from shared.contracts.organisation import Zone
from shared.contracts.plan import PlanContent
from shared.contracts.refusals import (
    AlreadyDecided,
    Cycle,
    Duplicate,
    Forbidden,
    Invalid,
    NotAvailable,
    NotFound,
    NotSignedIn,
    NotYourMove,
    ReasonMissing,
    Refusal,
    StaleVersion,
    TargetWrong,
    Unknown,
    WrongStage,
    field_error,
)
from shared.contracts.values import Code, Month
from shared.contracts.words import Language, Move, Party, Role, Stage
from shared.locale.catalogue import catalogue
from shared.locale.problems import problem
from shared.org.organisation import Organisation
from shared.web.authentication import Authenticator
from shared.web.http import SeenVersion, create_app
from shared.web.tokens import TokenReader

ROOT = Path(__file__).parents[4]
LATIN = re.compile(r"[A-Za-z_]{2,}")
NAMES = frozenset({"HR", "ETag", "If", "Match", "Idempotency", "Key", "UUID", "note", "errors", "findings"})
"""Names of fields, headers and things that Chinese readers know by their Latin letters."""


def in_chinese(refused: Refusal) -> str:
    detail: str = problem(refused, Language.ZH, "")["detail"]
    return detail


def latin(text: str) -> set[str]:
    return set(LATIN.findall(text)) - NAMES


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (
            WrongStage(stage=Stage.HR_REVIEW.value, move=Move.APPROVE.value),
            "计划处于“HR 初审”阶段，不能执行“批准”。",
        ),
        (WrongStage(stage="drafting", move="progress"), "计划处于“编制”阶段，不能执行“填报进度”。"),
        (NotYourMove(move=Move.SUBMIT.value, party=Party.AUTHOR.value), "“提交”应由计划作者执行。"),
        (NotYourMove(move=Move.CLOSE, party="author, system"), "“关闭”应由计划作者、系统执行。"),
        (Forbidden(needs="active_person"), "您无权执行此操作，需要：本公司的在职人员。"),
        (Forbidden(needs=f"{Role.HR}, {Role.ADMIN}"), "您无权执行此操作，需要：HR 初审、系统管理员。"),
        (NotFound(what="plan"), "没有该计划，或您无权查看。"),
        (NotAvailable(move=Move.REOPEN.value), "此版本暂不支持“重开”。"),
        (ReasonMissing(move=Move.RETURN.value), "“退回”必须在 note 中填写原因。"),
        (
            TargetWrong(stage="leader_review", allowed="drafting, hr_review"),
            "在“分管领导审批”阶段只能退回到：编制、HR 初审。",
        ),
        (
            StaleVersion(expected=2, current=3, stage="tracking"),
            "您看到的是版次 2，当前为版次 3，处于“执行跟踪”阶段，请重新读取。",
        ),
        (
            StaleVersion(expected=2, current=None, stage="tracking"),
            "您看到的是版次 2，计划此后已有变更，处于“执行跟踪”阶段，请重新读取。",
        ),
        (
            StaleVersion(expected=2, current=3, stage="–"),
            "您看到的是版次 2，当前为版次 3，请重新读取。",
        ),
        (
            AlreadyDecided(move="return", actor="p030", stage="drafting"),
            "p030 已先行操作：退回。计划处于“编制”阶段。",
        ),
        (Duplicate(what="delegation", id="d1"), "已有相同编号的委托。"),
        (Unknown(what="department", path="parent"), "没有该部门，位置：parent。"),
        (Cycle(what="department", path="a → b → a"), "部门形成了循环：a → b → a。"),
        (NotSignedIn(reason="no_token"), "缺少访问令牌或令牌无效（没有令牌）。"),
    ],
)
def test_a_refusal_is_chinese_to_its_last_word(refused: Refusal, said: str) -> None:
    assert in_chinese(refused) == said


def test_a_refusal_is_english_to_an_english_reader_and_its_details_stay_codes() -> None:
    told = problem(WrongStage(stage="hr_review", move="take_back"), Language.EN, "")
    assert told["detail"] == "The plan is in stage HR review; take back is not possible from there."
    assert (told["stage"], told["move"]) == ("hr_review", "take_back")


def test_chinese_refusals_have_no_more_latin_than_names() -> None:
    for code, forms in catalogue(Language.ZH).texts.items():
        if code.startswith("problem."):
            assert not latin(re.sub(r"\{\w+\}", "", forms[-1])), code


class Wish(BaseModel, extra="forbid"):
    """A body with a field of every kind that the APIs take."""

    id: Code = "a"
    month: Month = "2026-03"
    zone: Zone = "Asia/Shanghai"
    count: Annotated[int, Field(ge=1, le=5)] = 1
    stage: Stage = Stage.DRAFTING
    text: Annotated[str, Field(min_length=1, max_length=3)] = "x"
    content: PlanContent | None = None
    several: Annotated[list[bool], Field(max_length=1)] = []


class Everybody(TokenReader):
    """Lets everybody in."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """Somebody."""
        return "ops"


async def nobody() -> Organisation:
    return Organisation(today=None)


def client() -> httpx2.AsyncClient:
    app = create_app("test", authenticator=Authenticator(Everybody(), nobody), checks={})

    @app.post("/wish")
    async def wish(body: Wish) -> None:
        return None

    @app.post("/seen")
    async def seen(seen: SeenVersion) -> None:
        raise Invalid(errors=[field_error("a", "b", "field.calendar.span", longest=7)])

    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://test", headers={"Accept-Language": "zh"})


TWICE = {"id": "i", "category": "core", "title": "t", "share": "1"}


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"other": 1}, "other", "没有这个字段"),
        ({"id": "Not An Id"}, "id", "编号只能用小写字母、数字、_ 和 -，最多 40 个字符"),
        ({"month": "March"}, "month", "月份应写成 2026-03 这样的形式"),
        ({"zone": "Mars"}, "zone", "没有这个时区；请用 Asia/Shanghai 等名称"),
        ({"count": 9}, "count", "不能大于 5"),
        ({"count": "many"}, "count", "这里应是一个整数"),
        ({"text": "long"}, "text", "最多 3 个字"),
        ({"several": [True, True]}, "several", "最多 1 项"),
        ({"several": ["perhaps"]}, "several.0", "这里应是 true 或 false"),
        ({"content": {"items": [TWICE, TWICE]}}, "content", "同一计划有两项任务编号相同"),
        ({"content": {"items": [{"id": "i"}]}}, "content.items.0.category", "不能为空"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_the_caller_s_language(
    body: dict[str, Any], path: str, message: str
) -> None:
    async with client() as caller:
        answer = (await caller.post("/wish", json=body)).json()
        assert {"path": path, "message": message}.items() <= answer["errors"][0].items()
        english = (await caller.post("/wish", json=body, headers={"Accept-Language": "en"})).json()
    assert not re.search(r"[\u4e00-\u9fff]", english["errors"][0]["message"])


async def test_a_body_that_is_no_json_is_refused_in_the_caller_s_language() -> None:
    async with client() as caller:
        headers = {"Content-Type": "application/json"}
        answer = (await caller.post("/wish", content=b"{", headers=headers)).json()
    assert answer["errors"][0]["message"] == "不是有效的 JSON"


async def test_an_error_that_a_handler_names_is_told_in_the_caller_s_language() -> None:
    async with client() as caller:
        wrong = (await caller.post("/seen", headers={"If-Match": "x"})).json()
        assert wrong["errors"][0]["message"] == '请发送 "3" 或 "3.7" 这样的 ETag'
        chinese = (await caller.post("/seen", headers={"If-Match": '"3"'})).json()
        assert chinese["errors"] == [{"path": "a", "code": "b", "message": "一次最多 7 天"}]
        headers = {"If-Match": '"3"', "Accept-Language": "en-GB"}
        english = (await caller.post("/seen", headers=headers)).json()
    assert english["errors"] == [{"path": "a", "code": "b", "message": "at most 7 days at once"}]


def test_no_error_is_written_in_one_language_only() -> None:
    written = re.compile(r'"code": [^{}]*"message": f?"[A-Za-z]')
    found = [str(path) for path in _python("services", "shared") if written.search(path.read_text("utf-8"))]
    assert found == []


def _python(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
