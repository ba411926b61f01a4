"""The HTTP interface of the plan service."""

from fastapi import FastAPI

from services.plans.api.configuring import Configuring
from services.plans.api.drafting import Drafting
from services.plans.api.moving import Moving
from services.plans.api.reading import Reading
from services.plans.api.reporting import Reporting
from shared.db import Database
from shared.door import Door
from shared.engine import Engine
from shared.fitness import Check
from shared.http import create_app
from shared.inbound import CommandDesk
from shared.org.copy import OrgCache


def plans_app(
    *,
    database: Database,
    org: OrgCache,
    engine: Engine,
    desk: CommandDesk,
    door: Door,
    checks: dict[str, Check],
    company: str,
    allow_time_scale: bool,
) -> FastAPI:
    """The application: configuration, plans, drafts, moves and progress under ``/v1``."""
    app = create_app("plans", door=door, checks=checks)
    parts = (
        Configuring(database, org, engine, company=company, allow_time_scale=allow_time_scale),
        Reading(database),
        Drafting(database),
        Moving(database, desk),
        Reporting(database, by_the_clock=not allow_time_scale),
    )
    for part in parts:
        app.include_router(part.router(), prefix="/v1")
    return app
