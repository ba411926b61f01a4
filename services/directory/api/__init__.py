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
from shared.web.openapi import About

ABOUT = About(
    "People, departments, delegations and the working-day calendar. 人员、部门、委托与工作日历。",
    {
        "people": "The caller and the people of the company. 当前用户与人员。",
        "departments": "Departments, and the import of an organisation. 部门与组织导入。",
        "delegations and absences": "Deciding for others, and days away. 委托与休假。",
        "calendar": "Working days, make-up days and released years. 工作日、调休与年度发布。",
    },
)

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
    app = create_app(
        "directory", about=ABOUT, authenticator=authenticator, checks=checks, most_body=MOST_BODY
    )
    for router in (
        PeopleApi(database, organisation).router(),
        DepartmentsApi(database, organisation).router(),
        StandInsApi(database, organisation).router(),
        CalendarApi(database, calendars, official).router(),
    ):
        app.include_router(router, prefix="/v1")
    return app
