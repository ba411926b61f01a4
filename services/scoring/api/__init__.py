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
from shared.web.openapi import About

ABOUT = About(
    "Metrics, scores and the answers to scores. 指标数据、评分、确认与异议。",
    {
        "scores": "Scores and their calculation. 得分与计算过程。",
        "answers": "Confirm or dispute a score. 确认与异议。",
        "metrics": "Definitions and monthly values of metrics. 指标定义与月度数值。",
        "policy": "The rules by which scores are calculated. 评分规则。",
    },
)


def scoring_app(
    *,
    database: Database,
    org: OrgCache,
    gateway: CommandGateway,
    authenticator: Authenticator,
    checks: dict[str, Check],
) -> FastAPI:
    """The application: metrics, policies, scores and the answers to them under ``/v1``."""
    app = create_app("scoring", about=ABOUT, authenticator=authenticator, checks=checks)
    for part in (Feeding(database, org), Policies(database), Reading(database), Answering(database, gateway)):
        app.include_router(part.router(), prefix="/v1")
    return app
