"""The bearer token of a request, as a security scheme of the OpenAPI document."""

from typing import Annotated

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase


class BearerToken(SecurityBase):
    """Hands over the Authorization header as it is; :class:`Authenticator` judges it."""

    def __init__(self) -> None:
        self.scheme_name = "bearer"
        self.model = HTTPBearer(
            bearerFormat="JWT",
            description="An access token of the company's OpenID Connect issuer, without the word Bearer. "
            "粘贴访问令牌本身，不含 Bearer。",
        )

    async def __call__(self, request: Request) -> str | None:
        """The header's value; None without one."""
        return request.headers.get("authorization")


Authorization = Annotated[str | None, Security(BearerToken())]
