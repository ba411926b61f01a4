"""The demo's mail sink takes what notify sends and shows it as text."""

from pathlib import Path

import httpx2

from monthline.demo.mail import MailFolder, mail_app, receiving
from services.notify.mail import Envelope, Mailer
from services.notify.smtp import SmtpServer
from shared.contracts.words import Language
from tests.unit.services.notify.build import rendered

HOST = "127.0.0.1"


async def _send(folder: MailFolder, *subjects: str) -> None:
    async with receiving(folder, HOST, 0) as port:
        mailer = Mailer(SmtpServer.at(f"smtp://{HOST}:{port}"), "monthline@company.example")
        for number, subject in enumerate(subjects):
            words = rendered(subject, "部门：<b>销售部</b>", language=Language.ZH)
            to = Envelope("李娜", f"p{number}@example.com", f"message-{number}")
            await mailer.send(words, to)
        await mailer.hang_up()


def _client(folder: MailFolder) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=mail_app(folder))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_mail_that_was_sent_is_listed_newest_first(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    await _send(folder, "第一封", "第二封")
    async with _client(folder) as client:
        shown = (await client.get("/mails.json")).json()
        one = (await client.get("/mails.json", params={"to": "p0@example.com"})).json()
    assert shown["total"] == 2
    assert [mail["subject"] for mail in shown["mails"]] == ["第二封", "第一封"]
    assert one["mails"][0]["to"] == ["p0@example.com"]
    assert one["mails"][0]["text"].startswith("部门：<b>销售部</b>\n")


async def test_mails_are_there_again_after_a_restart(tmp_path: Path) -> None:
    await _send(MailFolder(tmp_path), "第一封", "第二封", "第三封")
    assert [mail.subject for mail in MailFolder(tmp_path, keep=2).newest()] == ["第三封", "第二封"]


async def test_the_page_shows_what_was_typed_and_runs_none_of_it(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    await _send(folder, "<script>alert(1)</script>")
    async with _client(folder) as client:
        page = await client.get("/", params={"to": "p0@example.com"})
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "部门：&lt;b&gt;销售部&lt;/b&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_page_answers_to_this_machines_names_only(tmp_path: Path) -> None:
    async with _client(MailFolder(tmp_path)) as client:
        assert (await client.get("/", headers={"Host": "mails.example.com"})).status_code == 400


async def test_what_is_no_mail_is_shown_as_it_came(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    folder.add(b"Content-Type: text/plain; charset=no-such-charset\r\n\r\n\xff\xfe")
    folder.add(b"\x00\xff not a mail")
    async with _client(folder) as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/mails.json")).json()["total"] == 2
