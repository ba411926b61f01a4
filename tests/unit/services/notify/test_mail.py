"""A mail is what was written: plain text and HTML, every header on one line, nothing executed."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from services.notify.domain.values import Rendered
from services.notify.mail import Envelope, MailRefused, compose
from services.notify.smtp import SmtpServer
from shared.contracts.words import Language
from tests.unit.services.notify.build import rendered

TO = Envelope(name="Zhang Wei", address="p017@example.com", message_id="message-7")


def _mail(words: Rendered, to: Envelope = TO) -> EmailMessage:
    """The mail as its receiver reads it."""
    return message_from_bytes(compose(words, to, "monthline@company.example").as_bytes(), policy=default)


def _parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_a_mail_has_the_text_twice_and_names_its_language() -> None:
    mail = _mail(rendered("待审：张伟", "部门：销售部", language=Language.ZH))
    plain, html = _parts(mail)
    assert mail["Subject"] == "待审：张伟"
    assert "部门：销售部" in plain
    assert "部门：销售部" in html
    assert '<html lang="zh">' in html
    assert mail["Content-Language"] == "zh"


@pytest.mark.parametrize("subject", ["计划" * 60, "Plan " * 40 + "end", "Plan 计划 " * 30 + "末", "a" * 60])
def test_a_long_subject_is_folded_and_read_as_it_was_written(subject: str) -> None:
    raw = compose(rendered(subject, "x"), TO, "monthline@company.example").as_bytes()
    assert message_from_bytes(raw, policy=default)["Subject"] == subject
    encoded = [line for line in raw.splitlines() if b"=?" in line]
    assert all(len(line) <= 78 for line in encoded)


def test_repetitions_of_a_message_have_one_id() -> None:
    assert _mail(rendered())["Message-ID"] == "<message-7@company.example>" == _mail(rendered())["Message-ID"]


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: all@example.com", "\nBcc: all@example.com", "\u2028Bcc: x", "\x0bBcc: x"]
)
def test_no_typed_text_begins_a_header_of_its_own(evil: str) -> None:
    mail = _mail(rendered("Plan" + evil, "Note" + evil), Envelope("Name" + evil, TO.address, TO.message_id))
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == TO.address
    assert len(mail["To"].addresses) == 1
    assert sorted(mail.keys()) == sorted(_mail(rendered()).keys())


def test_a_name_cannot_add_a_recipient() -> None:
    mail = _mail(rendered(), Envelope('Zhang <x@example.com>, "y', TO.address, TO.message_id))
    assert [address.addr_spec for address in mail["To"].addresses] == [TO.address]


@pytest.mark.parametrize("address", ["a@example.com\r\nBcc: b@example.com", "a b@example.com", "a@b@c", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        compose(rendered(), Envelope("Name", address, "m"), "monthline@company.example")


def test_what_people_type_is_not_executed_in_the_html() -> None:
    evil = "<script>alert(1)</script>"
    _, html = _parts(_mail(rendered(evil, evil)))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example:2525", SmtpServer("mail.example", 2525)),
        ("smtp://mail.example", SmtpServer("mail.example", 25)),
        ("smtps://mail.example", SmtpServer("mail.example", 465, secure=True)),
        ("smtp://me%40a:p%3Aw@mail.example:587", SmtpServer("mail.example", 587, False, "me@a", "p:w")),
    ],
)
def test_the_address_of_a_server_is_read(url: str, server: SmtpServer) -> None:
    assert SmtpServer.at(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "mail.example:25",
        "smtp://",
        "smtp://user:hunter2@:25",
        "smtp://user:hunter2/@mail:25",
    ],
)
def test_an_address_that_is_no_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL") as refused:
        SmtpServer.at(url)
    assert "hunter2" not in str(refused.value)
