"""The issuer of the tests: real keys, real signatures, and a reader that has its keys at hand."""

import time
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from shared.web.tokens import TokenReader

ISSUER, AUDIENCE = "https://issuer.example", "monthline"
EC_KEY: Final = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
RSA_KEY: Final = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
KEYS: Final = KeySet([EC_KEY, RSA_KEY])


class Reader(TokenReader):
    """The real reader; only the way to the issuer's keys is shorter. ``fetched`` counts how often it went."""

    def __init__(self) -> None:
        super().__init__(
            issuer=ISSUER,
            audience=AUDIENCE,
            jwks_url="https://issuer.example/keys",
            algorithms=("RS256", "ES256"),
        )
        self.fetched = 0

    async def _fetch(self) -> KeySet:
        self.fetched += 1
        return KeySet.import_key_set(KEYS.as_dict(private=False))


def claims(subject: str, **changes: Any) -> dict[str, Any]:
    """What the issuer says of a caller; a change to None leaves a claim out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 3600} | changes
    return {name: value for name, value in said.items() if value is not None}


def token(subject: str, *, key: Key = EC_KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token of the issuer for a caller."""
    said = {"alg": "ES256", "kid": "ec"} | (header or {})
    return jwt.encode(said, claims(subject, **changes), key)


def bearer(subject: str, **changes: Any) -> dict[str, str]:
    """The header in which a caller sends their token."""
    return {"Authorization": f"Bearer {token(subject, **changes)}"}
