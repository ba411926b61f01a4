"""What every service's application answers by itself."""

import httpx2
from fastapi import APIRouter

from shared.contracts.moves import TABLE
from shared.contracts.refusals import NotSignedIn
from shared.contracts.words import Move
from shared.org.access import Principal
from shared.org.organisation import Organisation
from shared.web.authentication import Authenticator
from shared.web.http import add_absent, create_app


class OpenAuthenticator(Authenticator):
    """Lets in whoever gives a name."""

    def __init__(self) -> None:
        pass

    async def principal(self, authorization: str | None, *more: object) -> Principal:
        """Somebody of that name."""
        if not authorization:
            raise NotSignedIn(reason="no_token")
        return Principal(authorization, Organisation((), (), today=None))


async def test_a_move_that_is_not_built_says_so_to_whoever_is_signed_in() -> None:
    app = create_app("test", authenticator=OpenAuthenticator(), checks={})
    router = APIRouter()
    add_absent(router, TABLE[Move.AMEND])
    app.include_router(router, prefix="/v1")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        stranger = await http.post("/v1/plans/x/amend")
        answer = await http.post("/v1/plans/x/amend", headers={"Authorization": "p001"})
    assert stranger.status_code == 401
    assert (answer.status_code, answer.json()["code"]) == (501, "move.not_available")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "amend" in answer.json()["detail"]
