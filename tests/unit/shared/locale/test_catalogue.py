"""Every text exists in every language, is used, and shows the parameters that it is given."""

from io import BytesIO
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from shared.contracts.notices import NOTICES
from shared.contracts.words import LOCALE, PO_FILE, Language
from shared.locale import catalogue
from shared.locale.catalogue import sentence, text
from tests.unit.shared.locale.uses import uses

LANGUAGES = list(Language)
OF_A_PLAN = {"plan", "month", "author", "department"}
"""What the text of a notice may show of the plan it is about."""


def texts(language: Language) -> dict[str, tuple[str, ...]]:
    """The texts of a language, each in all its forms."""
    return dict(catalogue.catalogue(language).texts)


def placeholders(form: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(form) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_asked_for_exists(language: Language) -> None:
    assert sorted(set(uses()) - set(texts(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_asked_for_by_somebody(language: Language) -> None:
    assert sorted(set(texts(language)) - set(uses())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: Language) -> None:
    assert [code for code, forms in texts(language).items() if not all(forms)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_shows_the_parameters_that_it_is_given_and_no_others(language: Language) -> None:
    given = {code: parameters for code, parameters in uses().items() if parameters is not None}
    shown = {code: placeholders(form) for code in given for form in texts(language).get(code, ())}
    assert shown == {code: given[code] for code in shown}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_shows_the_same_parameters_in_every_language(language: Language) -> None:
    english = {code: [placeholders(form) for form in forms] for code, forms in texts(Language.EN).items()}
    for code, forms in texts(language).items():
        assert {placeholders(form) for form in forms} == set(english[code]), code


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_shows_everything_that_it_says_and_nothing_else(name: str, language: Language) -> None:
    parts = [form for part in ("subject", "body") for form in texts(language)[f"notice.{name}.{part}"]]
    shown = frozenset[str]().union(*map(placeholders, parts))
    said = set(NOTICES[name].model_fields) - {"plan"}
    assert said <= shown <= said | OF_A_PLAN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTICES)
def test_a_subject_shows_no_parameter_that_may_be_empty(name: str, language: Language) -> None:
    (subject,) = texts(language)[f"notice.{name}.subject"]
    optional = {field for field, info in NOTICES[name].model_fields.items() if not info.is_required()}
    assert not placeholders(subject) & optional


def _code(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


@pytest.mark.parametrize("language", LANGUAGES)
def test_babel_reads_the_same_from_a_language_s_file(language: Language) -> None:
    read = read_po(BytesIO((LOCALE / language / PO_FILE).read_bytes()), abort_invalid=True)
    forms = {_code(one): _forms(one) for one in read if one.id}
    assert forms == texts(language)
    assert read.num_plurals == max(len(one) for one in forms.values())
    assert not [one.id for one in read if one.fuzzy and one.id]


def test_a_number_chooses_the_form_of_a_text() -> None:
    one, two = (text("cli.wrong", Language.EN, count=count, changed="…") for count in (1, 2))
    assert (one, two) == ("1 thing is wrong; …", "2 things are wrong; …")


def test_a_parameter_is_shown_as_typed_even_when_it_looks_like_a_placeholder() -> None:
    assert "{title} {0.__class__}" in text(
        "finding.measure.missing", Language.EN, title="{title} {0.__class__}"
    )


def test_a_parameter_that_is_not_given_reads_as_a_dash() -> None:
    assert text("finding.share.total", Language.EN, total="9").endswith("(gap –).")


def test_a_text_that_does_not_exist_reads_as_its_code() -> None:
    assert sentence("finding.of.tomorrow", total="9").of(Language.ZH) == "finding.of.tomorrow"


def test_a_language_without_a_text_shows_the_english_one(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = catalogue.Catalogue({}, lambda _: 0)
    english = catalogue.catalogue(Language.EN)
    found = {Language.ZH: empty, Language.EN: english}
    monkeypatch.setattr(catalogue, "catalogue", found.__getitem__)
    assert text("demo.erased", Language.ZH) == "Erased."


def test_a_comment_and_a_text_over_several_lines_are_read() -> None:
    source = 'msgid ""\nmsgstr ""\n\n# said by nobody\nmsgid "a.b"\nmsgstr ""\n"one\\n"\n"\\"two\\""\n'
    assert catalogue.read_po(source).texts == {"a.b": ('one\n"two"',)}
