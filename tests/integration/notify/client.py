"""The API of notify as people call it in the tests: a token is the name of its sender."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx2

from services.notify.api import NotifyApi
from services.notify.webhooks import Caller
from shared.contracts.refusals import NotSignedIn
from shared.web.authentication import Authenticator
from shared.web.http import create_app
from shared.web.tokens import TokenReader
from tests.integration.notify.house import House

As = Callable[[str], httpx2.AsyncClient]


class Names(TokenReader):
    """Reads a token as the name of its sender."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """The name."""
        if authorization is None:
            raise NotSignedIn(reason="no_token")
        return authorization.removeprefix("Bearer ")


async def public(host: str, port: int) -> Sequence[str]:
    """A name service in which every name stands for one public address, but for one name."""
    return ["10.0.0.7"] if host.startswith("intranet") else ["93.184.215.14"]


@asynccontextmanager
async def api_of(house: House) -> AsyncIterator[As]:
    """``as_("hr1")`` is the API as hr1 calls it; ``ops`` configures by the deployment's settings."""
    app = create_app("notify", authenticator=Authenticator(Names(), house.people.get, ["ops"]), checks={})
    NotifyApi(house.database, Caller(resolver=public), by_mail=house.by_mail).register(app)
    opened: list[httpx2.AsyncClient] = []

    def as_person(person: str) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {person}"} if person else {}
        transport = httpx2.ASGITransport(app=app)
        opened.append(httpx2.AsyncClient(transport=transport, base_url="http://notify/v1", headers=headers))
        return opened[-1]

    yield as_person
    for one in opened:
        await one.aclose()
