"""What every service's application answers by itself."""

import httpx2
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from shared.contracts.moves import REVIEW, MoveRule
from shared.contracts.refusals import NotSignedIn
from shared.contracts.values import Text
from shared.org.access import Principal
from shared.org.organisation import Organisation
from shared.web.authentication import Authenticator
from shared.web.http import Endpoint, add_moves, create_app


class OpenAuthenticator(Authenticator):
    """Lets in whoever gives a name."""

    def __init__(self) -> None:
        pass

    async def principal(self, authorization: str | None, *more: object) -> Principal:
        """Somebody of that name."""
        if not authorization:
            raise NotSignedIn(reason="no_token")
        return Principal(authorization, Organisation((), (), today=None))


async def nothing() -> None:
    """An endpoint that does nothing."""


def to_nothing(rule: MoveRule) -> Endpoint:
    """The same endpoint for every move."""
    return nothing


async def test_a_service_has_a_route_for_every_move_that_it_offers_and_for_no_other() -> None:
    router = APIRouter()
    add_moves(router, REVIEW, to_nothing)
    assert {route.path for route in router.routes if isinstance(route, APIRoute)} == {
        "/reviews/{plan_id}/approve",
        "/reviews/{plan_id}/return",
    }


@pytest.mark.parametrize("body", [b"\xc0\x01", b"{", b"[]"])
async def test_a_body_that_cannot_be_read_is_refused_as_invalid(body: bytes) -> None:
    app = create_app("test", authenticator=OpenAuthenticator(), checks={})

    @app.post("/text")
    async def keep(text: Text) -> Text:
        return text

    headers = {"Content-Type": "application/json"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        answer = await http.post("/text", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"]
