"""A webhook's name decides whom we talk to: the Host header and the certificate are the name's."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notify.webhooks import Caller, CallRefused
from tests.integration.notify.receivers import WebhookReceiver, receiving, status

NAME = "hooks.test"


async def here(host: str, port: int) -> Sequence[str]:
    """A name service in which every name stands for this machine."""
    return ["127.0.0.1"]


async def here_at_last(host: str, port: int) -> Sequence[str]:
    """A name with an address at which nobody answers, before one at which somebody does."""
    return ["127.0.0.9", "127.0.0.1"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate that signs itself, and its key, for one name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    unencrypted = serialization.NoEncryption()
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    )
    return file


def _tls(certificate: Path) -> tuple[ssl.SSLContext, Caller]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    return server, Caller(allow_private=True, resolver=here, tls=trusting)


async def test_the_receiver_is_asked_for_by_its_name(certificate: Path) -> None:
    receiver = WebhookReceiver()
    server, caller = _tls(certificate)
    async with receiving(receiver, server) as url:
        port = url.split(":")[2].split("/")[0]
        await caller.call(f"https://{NAME}:{port}/hook?a=b", {"X-Test": "yes"}, b"{}")
    await caller.close()
    [call] = receiver.calls
    assert call.path == "/hook?a=b"
    assert call.headers["host"] == f"{NAME}:{port}"
    assert call.headers["x-test"] == "yes"
    assert not {"cookie", "authorization"} & call.headers.keys()


async def test_a_certificate_of_another_name_is_not_good_enough(certificate: Path) -> None:
    receiver = WebhookReceiver()
    server, caller = _tls(certificate)
    async with receiving(receiver, server) as url:
        port = url.split(":")[2].split("/")[0]
        with pytest.raises(CallRefused, match="ConnectError"):
            await caller.call(f"https://other.test:{port}/hook", {}, b"{}")
    await caller.close()
    assert receiver.calls == []


async def test_the_next_address_of_a_name_is_tried_when_one_does_not_answer() -> None:
    receiver = WebhookReceiver()
    caller = Caller(allow_private=True, resolver=here_at_last)
    async with receiving(receiver) as url:
        port = url.split(":")[2].split("/")[0]
        await caller.call(f"http://{NAME}:{port}/hook", {}, b"{}")
    await caller.close()
    assert len(receiver.calls) == 1


async def test_a_cookie_of_one_answer_is_not_sent_with_the_next_call() -> None:
    receiver = WebhookReceiver([status("200 OK", "Set-Cookie: a=b; Path=/")])
    caller = Caller(allow_private=True)
    async with receiving(receiver) as url:
        await caller.call(url, {}, b"{}")
        await caller.call(url, {}, b"{}")
    await caller.close()
    assert "cookie" not in receiver.calls[1].headers
