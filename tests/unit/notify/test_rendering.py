"""A notice reads in its recipient's language, with names, labels and times of their zone."""

import pytest

from services.notify.domain.texts import TEXTS
from services.notify.rendering import render
from shared.contracts.words import Language
from tests.unit.notify.build import notice, organisation, person

AUTHOR = person()
CHINESE = person("p001", "李娜", "Li Na")
ENGLISH = person("p002", "王芳", "Wang Fang", language=Language.EN, zone="Europe/Berlin")
COMPANY = organisation(AUTHOR, CHINESE, ENGLISH)
INSTANT = "2026-03-31T10:00:00+00:00"


def test_a_chinese_reader_gets_chinese_names_labels_and_times() -> None:
    words = render(notice(department="sales", stage="hr_review", due=INSTANT), COMPANY)
    assert words.subject == "待审：张伟的2026年3月工作计划"
    assert words.lines[1:4] == (
        "部门：销售部",
        "当前阶段：HR 初审",
        "截止时间：2026年3月31日 星期二 18:00 GMT+08:00",
    )


def test_an_english_reader_gets_english_in_their_own_zone() -> None:
    words = render(notice(recipient="p002", department="sales", stage="hr_review", due=INSTANT), COMPANY)
    assert words.language is Language.EN
    assert words.subject == "Waiting for you: work plan of Zhang Wei for March 2026"
    assert words.lines[1:4] == (
        "Department: Sales",
        "Stage: HR review",
        "Due: Tue 31 Mar 2026, 12:00 GMT+02:00",
    )


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        ("2026-03-31 18:00 Asia/Shanghai", "Tue 31 Mar 2026, 12:00 GMT+02:00"),
        ("2026-03-31T18:00:00+08:00", "Tue 31 Mar 2026, 12:00 GMT+02:00"),
        ("2026-03-31T10:00:00Z", "Tue 31 Mar 2026, 12:00 GMT+02:00"),
        ("2026-03-31 18:00", "Tue 31 Mar 2026, 18:00"),
        ("2026-03-31", "Tue 31 Mar 2026"),
        ("2026-03-31 18:00 Nowhere/Town", "2026-03-31 18:00 Nowhere/Town"),
        ("soon\r\nBcc: x", "soon Bcc: x"),
    ],
)
def test_a_time_is_shown_in_the_readers_zone_when_its_own_is_known(due: str, shown: str) -> None:
    assert f"Due: {shown}" in render(notice(recipient="p002", due=due), COMPANY).lines


def test_a_return_by_policy_says_which_deadline_has_passed() -> None:
    lines = render(notice("returned", milestone="hr_review_due"), COMPANY).lines
    assert "退回原因：“HR 初审”期限已过，按制度退回。" in lines
    assert not [line for line in render(notice("returned", note="份额"), COMPANY).lines if "期限已过" in line]


def test_month_and_author_follow_from_the_plan() -> None:
    assert render(notice(), COMPANY).subject == "待审：张伟的2026年3月工作计划"


def test_what_the_owner_sends_comes_before_what_follows_from_the_plan() -> None:
    assert render(notice(author="p002"), COMPANY).subject == "待审：王芳的2026年3月工作计划"


def test_the_system_has_a_name_in_both_languages() -> None:
    assert any("系统" in line for line in render(notice("approved", actor="system"), COMPANY).lines)
    english = render(notice("approved", recipient="p002", actor="system"), COMPANY)
    assert any("the system" in line for line in english.lines)


def test_several_people_are_named_one_after_the_other() -> None:
    words = render(notice("overdue", recipient="p002", responsible="p001,p002"), COMPANY)
    assert "Responsible: Li Na, Wang Fang" in words.lines


def test_a_recipient_who_is_not_known_yet_is_told_all_the_same() -> None:
    words = render(notice(recipient="p999", author="p998", due=INSTANT), COMPANY, zone="Asia/Tokyo")
    assert words.language is Language.ZH
    assert words.subject == "待审：p998的2026年3月工作计划"
    assert "截止时间：2026年3月31日 星期二 19:00 GMT+09:00" in words.lines


def test_a_note_keeps_its_lines_and_nothing_else_that_breaks() -> None:
    words = render(notice("returned", note="core share\r\n\r\n below 40 %\x00\x1b[31m"), COMPANY)
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
    words = render(notice("no_such_text", recipient=recipient), COMPANY)
    assert words.subject == subject
    assert words.lines[-1].endswith("acme:2026-03:p017:sales")


def test_a_notice_of_a_newer_version_that_is_about_no_plan_gets_a_general_text_too() -> None:
    about_nothing = notice("no_such_text").model_copy(update={"parameters": {}})
    assert render(about_nothing, COMPANY).subject == "您有一条新消息"


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize("recipient", ["p001", "p002"])
def test_every_text_renders_without_any_parameter(name: str, recipient: str) -> None:
    words = render(notice(name, recipient=recipient).model_copy(update={"parameters": {}}), COMPANY)
    assert words.subject
    assert "{" not in "".join((words.subject, *words.lines))


@pytest.mark.parametrize(("band", "shown"), [("excellent", "等级：优秀"), ("stellar", "等级：stellar")])
def test_a_band_is_named_and_one_of_the_companys_own_shown_by_its_code(band: str, shown: str) -> None:
    assert shown in render(notice("final", score="91.00", band=band), COMPANY).lines
