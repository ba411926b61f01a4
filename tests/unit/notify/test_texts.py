"""Every text there is in both languages, with the same parameters."""

import pytest

from services.notify.domain.texts import TEXTS
from services.notify.domain.wording import (
    OutboxMessage,
    lines_of,
    one_line,
    parameters_of,
    subject_of,
    text_for,
)

PROMISED = """
draft_opened draft_reminder review_waiting review_reminder returned approved recalled overdue escalated
closing scored confirmation_reminder disputed dispute_answered final missing ended
"""
SENT = """
plan month author department stage due note actor score band rung milestone because responsible
"""


def test_every_promised_template_has_a_text() -> None:
    assert set(TEXTS) >= set(PROMISED.split())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_both_languages_use_the_same_parameters(name: str) -> None:
    wording = TEXTS[name]
    assert parameters_of(wording.zh.subject) == parameters_of(wording.en.subject)
    assert [parameters_of(line) for line in wording.zh.lines] == [
        parameters_of(line) for line in wording.en.lines
    ]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_text_uses_no_parameter_that_nobody_sends(name: str) -> None:
    wording = TEXTS[name]
    texts = (*_texts(wording.zh), *_texts(wording.en))
    assert frozenset[str]().union(*map(parameters_of, texts)) <= set(SENT.split())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_chinese_texts_are_chinese_and_english_ones_are_not(name: str) -> None:
    assert all(_is_chinese(text) for text in _texts(TEXTS[name].zh))
    assert not any(_is_chinese(text) for text in _texts(TEXTS[name].en))


def test_a_line_without_its_parameter_is_left_out() -> None:
    letter = OutboxMessage("", ("Always.", "Reason: {note}", "Due: {due}"))
    assert lines_of(letter, {"note": "", "due": "today"}) == ("Always.", "Due: today")


def test_a_subject_without_its_parameter_shows_a_dash() -> None:
    assert subject_of(OutboxMessage("Plan of {author}", ()), {}) == "Plan of –"


def test_a_parameter_is_shown_as_typed_even_when_it_looks_like_a_text() -> None:
    letter = OutboxMessage("{author}", ("{note}",))
    assert lines_of(letter, {"note": "{author} {0.__class__}", "author": "x"}) == ("{author} {0.__class__}",)


def test_a_subject_stays_on_one_line_and_is_bounded() -> None:
    typed = "a\r\nBcc: everybody@example.com\u2028\u0000" + "x" * 500
    subject = subject_of(OutboxMessage("{author}", ()), {"author": typed})
    assert subject.startswith("a Bcc: everybody@example.com x")
    assert subject.isprintable()
    assert len(subject) == 200


def test_one_line_keeps_words_of_every_script() -> None:
    assert one_line("  跟进\t项目 \n进度 ") == "跟进 项目 进度"


@pytest.mark.parametrize(
    ("template", "parameters", "text"),
    [
        ("closing", {}, "closing"),
        ("closing", {"milestone": "progress_due", "rung": "due"}, "entry_reminder"),
        ("ended", {"stage": "exempt"}, "ended"),
        ("ended", {"rung": "end_state"}, "time_up"),
        ("confirmation_reminder", {"milestone": "confirmation_due"}, "confirmation_waiting"),
        ("confirmation_reminder", {"rung": "due"}, "confirmation_reminder"),
        ("overdue", {"rung": "superior", "milestone": "hr_review_due"}, "overdue"),
    ],
)
def test_the_occasion_chooses_the_text(template: str, parameters: dict[str, str], text: str) -> None:
    assert text_for(template, parameters) == text
    assert text in TEXTS


def test_parameters_of_a_text_are_found() -> None:
    assert parameters_of("{a} and {b}, {a}") == {"a", "b"}


def _texts(letter: OutboxMessage) -> tuple[str, ...]:
    return (letter.subject, *letter.lines)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
