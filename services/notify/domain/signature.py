"""The signature by which a webhook's receiver knows who sent a body, and when (Standard Webhooks)."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64


class SecretUnfit(ValueError):
    """The secret is not ``whsec_`` and the base64 form of 24 to 64 bytes."""


def key_of(secret: str) -> bytes:
    """The key that a ``whsec_`` secret stands for; raises SecretUnfit, never showing the secret."""
    if not secret.startswith(PREFIX):
        raise SecretUnfit
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SecretUnfit from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise SecretUnfit
    return key


def signed_headers(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a call at ``timestamp`` (seconds since 1970), which is signed with the body."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
