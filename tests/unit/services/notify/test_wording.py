"""How parameters are put into the texts of notices."""

from services.notify.domain.wording import lines_of, one_line, parameters_of, subject_of


def test_a_line_without_its_parameter_is_left_out() -> None:
    body = "Always.\nReason: {note}\nDue: {due}"
    assert lines_of(body, {"note": "", "due": "today"}) == ("Always.", "Due: today")


def test_a_subject_without_its_parameter_shows_a_dash() -> None:
    assert subject_of("Plan of {author}", {}) == "Plan of –"


def test_a_parameter_is_shown_as_typed_even_when_it_looks_like_a_text() -> None:
    typed = {"note": "{author} {0.__class__}", "author": "x"}
    assert lines_of("{note}", typed) == ("{author} {0.__class__}",)


def test_a_subject_stays_on_one_line_and_is_bounded() -> None:
    typed = "a\r\nBcc: everybody@example.com\u2028\u0000" + "x" * 500
    subject = subject_of("{author}", {"author": typed})
    assert subject.startswith("a Bcc: everybody@example.com x")
    assert subject.isprintable()
    assert len(subject) == 200


def test_one_line_keeps_words_of_every_script() -> None:
    assert one_line("  跟进\t项目 \n进度 ") == "跟进 项目 进度"


def test_parameters_of_a_text_are_found() -> None:
    assert parameters_of("{a} and {b}, {a}") == {"a", "b"}
