"""The HTTP interface of the review service."""

from fastapi import FastAPI

from services.review.api.commenting import Commenting
from services.review.api.deciding import Deciding
from services.review.api.reading import Reading
from shared.health.preflight import Check
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from shared.web.http import create_app
from shared.web.openapi import About

ABOUT = About(
    "Reviews of submitted plans. 计划评审：初审与终审。",
    {
        "reviews": "Plans that wait for a decision, and the review of one plan. 待审计划与评审详情。",
        "decisions": "Approve or return a plan. 批准与退回修改。",
        "comments": "Comments on the fields of a plan. 批注。",
    },
)


def review_app(
    *, database: Database, gateway: CommandGateway, authenticator: Authenticator, checks: dict[str, Check]
) -> FastAPI:
    """The application: reads, decisions and comments under ``/v1``."""
    app = create_app("review", about=ABOUT, authenticator=authenticator, checks=checks)
    for part in (Reading(database), Deciding(database, gateway), Commenting(database)):
        app.include_router(part.router(), prefix="/v1")
    return app
