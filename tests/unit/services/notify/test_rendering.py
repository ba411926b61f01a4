"""A notice reads in its recipient's language, with names, labels and times of their zone."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from services.notify.rendering import render
from shared.contracts.notices import (
    Cause,
    PlanApproved,
    PlanReturned,
    PlanReturnedByTime,
    ScoreFinal,
    StepOverdue,
)
from shared.contracts.words import Language, Milestone, Rung, Stage
from tests.unit.services.notify.build import DUE, PLAN, notice, organisation, person, unheard_of, waiting

AUTHOR = person()
CHINESE = person("p001", "李娜", "Li Na")
ENGLISH = person("p002", "王芳", "Wang Fang", language=Language.EN, zone="Europe/Berlin")
COMPANY = organisation(AUTHOR, CHINESE, ENGLISH)


def returned(note: str) -> PlanReturned:
    """The plan was returned by Li Na."""
    return PlanReturned(plan=PLAN, actor="p001", note=note, stage=Stage.DRAFTING)


def test_a_chinese_reader_gets_chinese_names_labels_and_times() -> None:
    words = render(notice(waiting()), COMPANY)
    assert words.subject == "待审：张伟的2026年3月工作计划"
    assert words.lines[1:] == (
        "部门：销售部",
        "当前阶段：HR 初审",
        "截止时间：2026年3月31日 星期二 18:00 GMT+08:00",
        "计划编号：acme:2026-03:p017:sales",
    )


def test_an_english_reader_gets_english_in_their_own_zone() -> None:
    words = render(notice(waiting(), recipient="p002"), COMPANY)
    assert words.language is Language.EN
    assert words.subject == "Waiting for you: work plan of Zhang Wei for March 2026"
    assert words.lines[1:4] == (
        "Department: Sales",
        "Stage: HR review",
        "Due: Tue 31 Mar 2026, 12:00 GMT+02:00",
    )


def test_an_instant_written_in_another_zone_is_the_same_instant() -> None:
    shanghai = datetime(2026, 3, 31, 18, tzinfo=timezone(timedelta(hours=8)))
    assert render(notice(waiting(shanghai)), COMPANY) == render(notice(waiting(DUE)), COMPANY)


def test_a_return_by_policy_says_which_deadline_has_passed() -> None:
    said = PlanReturnedByTime(plan=PLAN, milestone=Milestone.HR_REVIEW_DUE, stage=Stage.DRAFTING)
    assert "退回原因：“HR 初审”已逾期，按制度退回修改。" in render(notice(said), COMPANY).lines
    assert not [line for line in render(notice(returned("份额")), COMPANY).lines if "已逾期" in line]


def test_a_paragraph_whose_parameter_is_empty_is_left_out() -> None:
    with_condition, without = (
        render(notice(PlanApproved(plan=PLAN, actor="p001", note=note, stage=Stage.TRACKING)), COMPANY).lines
        for note in ("补充目标值", "")
    )
    assert "附带条件：补充目标值" in with_condition
    assert [line for line in with_condition if line not in without] == ["附带条件：补充目标值"]


def test_the_system_has_a_name_in_both_languages() -> None:
    said = PlanApproved(plan=PLAN, actor="system", stage=Stage.TRACKING)
    assert any("系统" in line for line in render(notice(said), COMPANY).lines)
    assert any("the system" in line for line in render(notice(said, "p002"), COMPANY).lines)


def test_several_people_are_named_one_after_the_other() -> None:
    said = StepOverdue(
        plan=PLAN,
        milestone=Milestone.HR_REVIEW_DUE,
        stage=Stage.HR_REVIEW,
        due=DUE,
        because=Cause.SUPERIOR,
        responsible=("p001", "p002"),
        rung=Rung.SUPERIOR,
    )
    assert "Responsible: Li Na, Wang Fang" in render(notice(said, "p002"), COMPANY).lines


def test_a_recipient_who_is_not_known_yet_is_told_all_the_same() -> None:
    words = render(notice(waiting(person="p998"), "p999"), COMPANY, zone="Asia/Tokyo")
    assert words.language is Language.ZH
    assert words.subject == "待审：p998的2026年3月工作计划"
    assert "截止时间：2026年3月31日 星期二 19:00 GMT+09:00" in words.lines


def test_a_note_keeps_its_lines_and_nothing_else_that_breaks() -> None:
    words = render(notice(returned("core share\r\n\r\n below 40 %\x00\x1b[31m")), COMPANY)
    assert "退回原因：core share\nbelow 40 % [31m" in words.lines


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("p002", "There is news about the work plan of Zhang Wei for March 2026"),
        ("p001", "张伟的2026年3月工作计划有新动态"),
    ],
)
def test_a_notice_of_a_newer_version_gets_a_general_text_that_names_the_plan(
    recipient: str, subject: str
) -> None:
    words = render(unheard_of(recipient, plan=PLAN.model_dump(mode="json"), of_tomorrow=1), COMPANY)
    assert words.subject == subject
    assert words.lines[-1].endswith("acme:2026-03:p017:sales")


def test_a_notice_whose_parameters_this_version_cannot_read_gets_the_general_text_too() -> None:
    newer = notice(waiting()).model_copy(
        update={"parameters": {"plan": PLAN.model_dump(mode="json"), "stage": "of_tomorrow"}}
    )
    assert render(newer, COMPANY).subject == "张伟的2026年3月工作计划有新动态"


def test_a_parameter_that_a_newer_version_has_added_is_ignored() -> None:
    known = notice(waiting())
    newer = known.model_copy(update={"parameters": known.parameters | {"of_tomorrow": 1}})
    assert render(newer, COMPANY) == render(known, COMPANY)


def test_a_notice_of_a_newer_version_that_is_about_no_plan_gets_a_general_text_too() -> None:
    assert render(unheard_of(), COMPANY).subject == "您有一条新消息"


@pytest.mark.parametrize(("band", "shown"), [("excellent", "等级：优秀"), ("stellar", "等级：stellar")])
def test_a_band_is_named_and_one_of_the_companys_own_shown_by_its_code(band: str, shown: str) -> None:
    said = ScoreFinal(plan=PLAN, score=Decimal("91.00"), band=band)
    assert shown in render(notice(said), COMPANY).lines
