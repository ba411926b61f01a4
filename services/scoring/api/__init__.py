"""The HTTP interface of the scoring service."""

from fastapi import FastAPI

from services.scoring.api.answering import Answering
from services.scoring.api.feeding import Feeding
from services.scoring.api.policy import Policies
from services.scoring.api.reading import Reading
from shared.health.preflight import Check
from shared.org.copy import OrgCache
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from shared.web.http import create_app


def scoring_app(
    *,
    database: Database,
    org: OrgCache,
    gateway: CommandGateway,
    authenticator: Authenticator,
    checks: dict[str, Check],
) -> FastAPI:
    """The application: metrics, policies, scores and the answers to them under ``/v1``."""
    app = create_app("scoring", authenticator=authenticator, checks=checks)
    for part in (Feeding(database, org), Policies(database), Reading(database), Answering(database, gateway)):
        app.include_router(part.router(), prefix="/v1")
    return app
