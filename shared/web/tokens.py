"""Who a bearer token says its sender is: signature, issuer, audience and times, by the issuer's keys."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.base import log
from shared.contracts.refusals import IssuerDown, NotSignedIn

LEEWAY = 30
MIN_REFRESH = 10.0
KEEP = 600.0
OLDEST = 3600.0
"""Seconds for which keys are used while the issuer cannot be asked whether they still hold."""
RETRY = 5.0
"""Seconds after a failure within which the issuer is not asked again: nobody waits in line for a timeout."""
LONGEST = 8192
"""Characters of a token that is looked at."""
REMEMBER = 60.0
"""Seconds for which a token that held is taken to hold, unless it expires before."""
MOST_REMEMBERED = 10_000
UNREADABLE = (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What the library raises for tokens that are none."""
logger = log.get(__name__)


class TokenReader:
    """Reads tokens of one issuer; its keys are fetched when first needed and when an unknown one appears.

    ``issuer`` is compared letter by letter, as OpenID Connect asks. ``transport`` is another way to the keys
    than the network, ``clock`` counts seconds.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        jwks_url: str,
        algorithms: tuple[str, ...],
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._algorithms = list(algorithms)
        self._jwks_url = jwks_url
        self._transport = transport
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._held: dict[bytes, tuple[str, float]] = {}
        self._lock = asyncio.Lock()

    def known(self, authorization: str | None) -> str | None:
        """The ``sub`` of a token that held a moment ago; None for one that has to be looked at."""
        scheme, _, token = (authorization or "").partition(" ")
        subject, until = self._held.get(_digest(token.strip()), ("", 0.0))
        return subject if scheme.lower() == "bearer" and time.time() < until else None

    async def subject(self, authorization: str | None) -> str:
        """The ``sub`` of the bearer token in an Authorization header.

        Raises:
            NotSignedIn: there is none, or it does not hold; ``reason`` says why.
            IssuerDown: there are no keys to tell by.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn(reason="no_token")
        if len(token) > LONGEST:
            raise NotSignedIn(reason="invalid_token")
        try:
            decoded = await self._decode(token.strip())
            self._claims.validate(decoded.claims)
            subject, expires = decoded.claims["sub"], decoded.claims["exp"]
        except UNREADABLE as error:
            raise NotSignedIn(reason=getattr(error, "error", "invalid_token")) from error
        if not isinstance(subject, str) or not subject:
            raise NotSignedIn(reason="invalid_token")
        self._remember(token.strip(), subject, expires)
        return subject

    def _remember(self, token: str, subject: str, expires: float) -> None:
        if len(self._held) >= MOST_REMEMBERED:
            self._held.clear()
        self._held[_digest(token)] = (subject, min(expires + LEEWAY, time.time() + REMEMBER))

    async def _decode(self, token: str) -> Any:
        keys = await self._current(KEEP)
        try:
            return jwt.decode(token, keys, algorithms=self._algorithms)
        except UNREADABLE as error:
            newer = await self._current(MIN_REFRESH)
            if newer is not keys:
                return jwt.decode(token, newer, algorithms=self._algorithms)
            if isinstance(error, InvalidKeyIdError) and self._failing:
                # Nobody can say whether this is a key that the issuer has made since.
                raise IssuerDown(retry_after=int(RETRY)) from error
            raise

    @property
    def _failing(self) -> bool:
        return self._failed_at > self._fetched_at

    @property
    def _age(self) -> float:
        return self._clock() - self._fetched_at

    async def _current(self, age: float) -> KeySet:
        """The issuer's keys, at most ``age`` seconds old; while it cannot be asked, at most ``OLDEST``.

        Nobody waits for newer ones who has no need of them, or while it is known that there are none.
        """
        if self._keys is not None and (self._age <= age or (self._age <= OLDEST and self._in_vain(age))):
            return self._keys
        async with self._lock:
            if self._keys is None or self._age > age:
                self._take(await self._fetch())
            if self._keys is None or self._age > OLDEST:
                raise IssuerDown(retry_after=int(RETRY))
            return self._keys

    def _in_vain(self, age: float) -> bool:
        """Whether waiting for newer keys would bring none, or is done by somebody else already."""
        return self._clock() - self._failed_at < RETRY or (age == KEEP and self._lock.locked())

    def _take(self, fetched: KeySet | None) -> None:
        if fetched is not None:
            self._keys, self._fetched_at = fetched, self._clock()

    async def _fetch(self) -> KeySet | None:
        """The issuer's keys now; None when they cannot be had, or could not a moment ago."""
        if self._clock() - self._failed_at < RETRY:
            return None
        try:
            async with httpx2.AsyncClient(timeout=5, transport=self._transport) as client:
                answer = await client.get(self._jwks_url)
                answer.raise_for_status()
                return KeySet.import_key_set(answer.json())
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            self._failed_at = self._clock()
            logger.error("auth.no_keys", url=self._jwks_url, error=type(error).__name__)
            return None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
