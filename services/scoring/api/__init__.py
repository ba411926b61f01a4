"""The HTTP interface of the scoring service."""

from fastapi import FastAPI

from services.scoring.api.answering import Answering
from services.scoring.api.feeding import Feeding
from services.scoring.api.policy import Policies
from services.scoring.api.reading import Reading
from shared.db import Database
from shared.door import Door
from shared.fitness import Check
from shared.http import create_app
from shared.inbound import CommandDesk
from shared.org.copy import OrgCache


def scoring_app(
    *, database: Database, org: OrgCache, desk: CommandDesk, door: Door, checks: dict[str, Check]
) -> FastAPI:
    """The application: metrics, policies, scores and the answers to them under ``/v1``."""
    app = create_app("scoring", door=door, checks=checks)
    for part in (Feeding(database, org), Policies(database), Reading(database), Answering(database, desk)):
        app.include_router(part.router(), prefix="/v1")
    return app
