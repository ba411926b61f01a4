"""The HTTP interface of the plan service."""

from fastapi import FastAPI

from services.plans.api.configuring import Configuring
from services.plans.api.drafting import Drafting
from services.plans.api.moving import Moving
from services.plans.api.reading import Reading
from services.plans.api.reporting import Reporting
from shared.engine.lifecycle_client import LifecycleClient
from shared.health.preflight import Check
from shared.org.copy import OrgCache
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from shared.web.http import create_app


def plans_app(
    *,
    database: Database,
    org: OrgCache,
    engine: LifecycleClient,
    gateway: CommandGateway,
    authenticator: Authenticator,
    checks: dict[str, Check],
    company: str,
    allow_time_scale: bool,
) -> FastAPI:
    """The application: configuration, plans, drafts, moves and progress under ``/v1``."""
    app = create_app("plans", authenticator=authenticator, checks=checks)
    parts = (
        Configuring(database, org, engine, company=company, allow_time_scale=allow_time_scale),
        Reading(database),
        Drafting(database),
        Moving(database, gateway),
        Reporting(database, by_the_clock=not allow_time_scale),
    )
    for part in parts:
        app.include_router(part.router(), prefix="/v1")
    return app
