"""S9, S10, S12: what people type leaves the house as typed: no template, no header, no formula, no script."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from services.notify.mail import Envelope, compose
from services.notify.rendering import render
from shared.contracts.notices import PlanReturned
from shared.contracts.organisation import Person
from shared.contracts.values import Text
from shared.contracts.words import Language, Stage
from shared.org.organisation import Organisation
from tests.attacks.company import PEOPLE, plan_in, text

ROOT = Path(__file__).parents[2]
EVIL = [
    "{{ 7 * 7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ config }} ${7*7} #{7*7} <%= 7*7 %>",
    "{plan} {actor.__class__.__init__.__globals__} {0} {} {!r} {:>9999999999}",
    "%s %(actor)s %n",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; \" ' `",
    '=HYPERLINK("http://evil.example")',
    "\\u003cscript\\u003e",
]
BREAKING = [
    "\r\nBcc: all@example.com",
    "\n\n<html>",
    "\r",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
]


def reader(name: str = "reader", language: Language = Language.EN) -> Person:
    """Somebody who is told, by a name of their own choice."""
    return PEOPLE[0].model_copy(update={"id": "reader", "name": Text(zh=name, en=name), "language": language})


def mailed(note: str, actor: str = "Li") -> tuple[EmailMessage, str, str]:
    """The mail that says a plan was returned with a note, by somebody of a name; its text and its HTML."""
    person = PEOPLE[1].model_copy(update={"id": "actor", "name": text(actor)})
    said = PlanReturned(plan=plan_in(Stage.DRAFTING), actor="actor", note=note, stage=Stage.DRAFTING)
    notice = said.to("reader", "r")
    words = render(notice, Organisation([reader(), person, PEOPLE[0]], today=None))
    sent = compose(words, Envelope(actor, "reader@example.com", "m-1"), "monthline@example.com")
    mail = message_from_bytes(sent.as_bytes(), policy=default)
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return mail, plain.get_content(), html.get_content()


@pytest.mark.parametrize("evil", EVIL)
def test_what_is_typed_is_shown_as_typed(evil: str) -> None:
    _, plain, html = mailed(evil, evil)
    assert plain.count(evil) >= 2
    assert "<script>" not in html
    assert "<img" not in html
    assert "49" not in plain + html.replace("margin", "")


@pytest.mark.parametrize("breaking", BREAKING)
def test_no_name_or_note_breaks_out_of_its_header(breaking: str) -> None:
    usual, _, _ = mailed("note")
    mail, _, _ = mailed(f"a{breaking}b", f"a{breaking}b".replace("\x00", ""))
    assert sorted(mail.keys()) == sorted(usual.keys())
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["reader@example.com"]
    assert str(mail["Subject"]).isprintable()
    assert mail["To"].addresses[0].display_name.isprintable()


def test_nothing_of_the_services_writes_spreadsheets_yet() -> None:
    """The first module that writes CSV or XLSX has to escape formulas; this test then names it."""
    writers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("services", "shared", "workflows", "monthline")
        for path in (ROOT / folder).rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8") for word in ("csv.writer", "DictWriter", "xlsxwriter")
        )
    ]
    assert writers == []
