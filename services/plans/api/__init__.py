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
from shared.web.openapi import About

ABOUT = About(
    "Monthly plans from the first draft to the close. 月度计划：从起草到关账。",
    {
        "plans": "Plans, their history and their revisions. 计划、流转记录与版本。",
        "drafts": "The draft of a plan and its check against the template. 草稿与规则检查。",
        "moves": "Submit, recall and close a plan; exempt or cancel. 提交、撤回、关闭、豁免、取消。",
        "progress": "Progress in the month of a plan. 当月进度填报。",
        "configuration": "Templates, deadlines and the opening of a month. 模板、周期规则与开启月份。",
    },
)


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
    app = create_app("plans", about=ABOUT, authenticator=authenticator, checks=checks)
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
