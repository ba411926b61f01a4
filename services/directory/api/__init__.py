"""The HTTP surface of the directory: one application of all its routes."""

from fastapi import FastAPI

from services.directory.api.calendar import CalendarApi
from services.directory.api.departments import DepartmentsApi
from services.directory.api.people import PeopleApi
from services.directory.api.stand_ins import StandInsApi
from services.directory.calendars import OfficialCalendar
from services.directory.store.calendar import Calendars
from services.directory.store.organisation import CurrentOrganisation
from shared.health.preflight import Check
from shared.store.db import Database
from shared.web.authentication import Authenticator
from shared.web.http import create_app

MOST_BODY = 8 * 1024 * 1024
"""Bytes: a whole organisation may come in one request."""


def directory_app(
    database: Database,
    organisation: CurrentOrganisation,
    calendars: Calendars,
    official: OfficialCalendar,
    *,
    authenticator: Authenticator,
    checks: dict[str, Check],
) -> FastAPI:
    """All routes of the directory under ``/v1``."""
    app = create_app("directory", authenticator=authenticator, checks=checks, most_body=MOST_BODY)
    for router in (
        PeopleApi(database, organisation).router(),
        DepartmentsApi(database, organisation).router(),
        StandInsApi(database, organisation).router(),
        CalendarApi(database, calendars, official).router(),
    ):
        app.include_router(router, prefix="/v1")
    return app
