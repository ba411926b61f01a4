"""The HTTP interface of the review service."""

from fastapi import FastAPI

from services.review.api.commenting import Commenting
from services.review.api.deciding import Deciding
from services.review.api.reading import Reading
from shared.db import Database
from shared.door import Door
from shared.fitness import Check
from shared.http import create_app
from shared.inbound import CommandDesk


def review_app(*, database: Database, desk: CommandDesk, door: Door, checks: dict[str, Check]) -> FastAPI:
    """The application: reads, decisions and comments under ``/v1``."""
    app = create_app("review", door=door, checks=checks)
    for part in (Reading(database), Deciding(database, desk), Commenting(database)):
        app.include_router(part.router(), prefix="/v1")
    return app
