"""Receivers can verify what we sign with any library that follows Standard Webhooks."""

import base64

import pytest

from services.notify.domain.signature import SecretUnfit, key_of, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
EVENT = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIME = 1614265330


def test_the_published_vector_of_standard_webhooks() -> None:
    assert signed_headers(SECRET, EVENT, TIME, BODY) == {
        "webhook-id": EVENT,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "headers",
    [
        signed_headers(SECRET, EVENT, TIME + 1, BODY),
        signed_headers(SECRET, EVENT + "x", TIME, BODY),
        signed_headers(SECRET, EVENT, TIME, BODY + b" "),
        signed_headers("whsec_" + base64.b64encode(b"k" * 24).decode(), EVENT, TIME, BODY),
    ],
)
def test_time_id_body_and_key_are_all_signed(headers: dict[str, str]) -> None:
    assert headers["webhook-signature"] != signed_headers(SECRET, EVENT, TIME, BODY)["webhook-signature"]


@pytest.mark.parametrize("size", [24, 64])
def test_keys_of_24_to_64_bytes_are_taken(size: int) -> None:
    assert key_of("whsec_" + base64.b64encode(b"k" * size).decode()) == b"k" * size


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "plain words that nobody should use",
        "whsec_",
        "whsec_not base64!",
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        "whsec_密钥",
    ],
)
def test_a_weak_or_malformed_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(SecretUnfit) as refused:
        key_of(secret)
    assert str(refused.value) == ""
