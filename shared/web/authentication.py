"""Who comes in: a token that holds, a person who works here, and no more often than is bearable."""

from collections.abc import Awaitable, Callable, Sequence

from shared.contracts.refusals import Forbidden, NotSignedIn
from shared.org.access import Principal
from shared.org.organisation import Organisation
from shared.web.rate_limits import RateLimits
from shared.web.tokens import TokenReader

OrganisationSource = Callable[[], Awaitable[Organisation]]


class Authenticator:
    """Lets callers in: the token names a person, the organisation gives them their rights."""

    def __init__(
        self,
        tokens: TokenReader,
        organisation: OrganisationSource,
        admins: Sequence[str] = (),
        rates: RateLimits | None = None,
    ) -> None:
        self._tokens = tokens
        self._organisation = organisation
        self._admins = frozenset(admins)
        self._rates = rates or RateLimits()

    async def principal(self, authorization: str | None, address: str, plan: str | None = None) -> Principal:
        """The caller, who wants to change ``plan`` when one is named.

        Raises:
            NotSignedIn: no token that holds.
            TooOften: too much from this person, to this plan from them, or bad tokens from this address.
            Forbidden: a stranger.
        """
        subject = self._tokens.known(authorization) or await self._subject(authorization, address)
        self._rates.admit(subject)
        principal = Principal(subject, await self._organisation(), configures=subject in self._admins)
        if not principal.known:
            raise Forbidden(needs="active_person")
        if plan is not None:
            self._rates.admit_change(subject, plan)
        return principal

    async def _subject(self, authorization: str | None, address: str) -> str:
        """Whose token it is. Bad ones are counted after they were looked at: none keeps a good one out."""
        try:
            return await self._tokens.subject(authorization)
        except NotSignedIn:
            if authorization is not None:
                self._rates.note_bad_token(address)
            raise
