"""The five applications over their real databases, composed as their processes compose them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx2
from fastapi import FastAPI

from services.directory.api import directory_app
from services.directory.calendars import OfficialCalendar
from services.directory.domain.organisation import Change
from services.directory.store import register, stand_ins
from services.directory.store.calendar import Calendars
from services.directory.store.organisation import CurrentOrganisation
from services.notify.api import NotifyApi
from services.notify.store.tables import ORG as NOTIFY_ORG
from services.notify.webhooks import Caller as WebhookCaller
from services.plans.api import plans_app
from services.plans.store import plans as plan_rows
from services.plans.store.tables import COMMANDS as PLAN_COMMANDS
from services.plans.store.tables import ORG as PLAN_ORG
from services.review.api import review_app
from services.review.store import plans as reviewed_plans
from services.review.store.tables import COMMANDS as REVIEW_COMMANDS
from services.review.store.tables import ORG as REVIEW_ORG
from services.scoring.api import scoring_app
from services.scoring.store import plans as scored_plans
from services.scoring.store.tables import COMMANDS as SCORE_COMMANDS
from services.scoring.store.tables import ORG as SCORE_ORG
from shared.contracts.events import AbsenceChanged, DelegationChanged, DepartmentChanged, Event, PersonChanged
from shared.contracts.words import Stage
from shared.org.copy import OrgCache
from shared.store.commands import Commands
from shared.store.db import Connection, Database
from shared.web.authentication import Authenticator
from shared.web.command_gateway import CommandGateway
from shared.web.http import create_app
from tests.attacks import stories
from tests.attacks.company import ABSENCE, CALLERS, COMPANY, DELEGATION, DEPARTMENTS, PEOPLE
from tests.attacks.engine import StandingStill
from tests.attacks.tokens import Reader

OFFICIAL: Final = OfficialCalendar("CN")
COPIES: Final = {"plans": PLAN_ORG, "review": REVIEW_ORG, "scoring": SCORE_ORG, "notify": NOTIFY_ORG}
ADMINS: Final = ["ops"]
Ask = Callable[[Connection, str], Awaitable[Stage | None]]


async def public(host: str, port: int) -> Sequence[str]:
    """A name service in which every name stands for one public address, but for the machine's own."""
    return ["127.0.0.1"] if host == "localhost" else ["93.184.215.14"]


@dataclass(frozen=True)
class House:
    """The applications by service, and what they share."""

    apps: Mapping[str, FastAPI]
    databases: Mapping[str, Database]
    engine: StandingStill
    reader: Reader

    def with_fresh_eyes(self) -> "House":
        """The same house with applications that look at the organisation anew for every request."""
        apps = _apps(self.databases, self.engine, self.reader, age=0)
        return House(apps, self.databases, self.engine, self.reader)

    def client(self, service: str, headers: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
        """A client of one service, without a caller unless the headers name one."""
        transport = httpx2.ASGITransport(app=self.apps[service], raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=f"http://{service}", headers=headers)


async def build(databases: Mapping[str, Database], *news: Event) -> House:
    """The company, the author's plans, and the applications over them.

    ``news`` of the organisation reach the copies when the plans are there.
    """
    await _people(databases)
    submissions = await stories.write_plans(databases["plans"])
    await stories.hold_reviews(databases["review"], submissions)
    await stories.give_scores(databases["scoring"])
    await stories.send_messages(databases["notify"], tuple(f"hook-{caller}" for caller in CALLERS))
    await tell(databases, *news)
    engine, reader = StandingStill(), Reader()
    apps = _apps(databases, engine, reader, age=600)
    return House(apps, databases, engine, reader)


async def _people(databases: Mapping[str, Database]) -> None:
    company: Change = Change(DEPARTMENTS, PEOPLE)
    async with databases["directory"].transaction() as connection:
        await register.save(connection, company)
        await stand_ins.save_delegation(connection, DELEGATION)
        await stand_ins.save_absence(connection, ABSENCE)
    await tell(
        databases,
        *(DepartmentChanged(department=one) for one in DEPARTMENTS),
        *(PersonChanged(person=one) for one in PEOPLE),
        DelegationChanged(delegation=DELEGATION),
        AbsenceChanged(absence=ABSENCE),
    )


async def tell(databases: Mapping[str, Database], *news: Event) -> None:
    """Have every copy of the organisation take news of it."""
    for service, copy in COPIES.items():
        async with databases[service].transaction() as connection:
            for one in news:
                await copy.keep(connection, one)


def _apps(
    databases: Mapping[str, Database], engine: StandingStill, reader: Reader, *, age: float
) -> dict[str, FastAPI]:
    caches = {service: OrgCache(databases[service], copy, age=age) for service, copy in COPIES.items()}
    authenticators = {service: Authenticator(reader, cache.get, ADMINS) for service, cache in caches.items()}
    return {
        "directory": _directory(databases["directory"], reader),
        "plans": plans_app(
            database=databases["plans"],
            org=caches["plans"],
            engine=engine,
            gateway=_gateway(databases["plans"], PLAN_COMMANDS, engine, plan_rows.stage_of),
            authenticator=authenticators["plans"],
            checks={},
            company=COMPANY,
            allow_time_scale=False,
        ),
        "review": review_app(
            database=databases["review"],
            gateway=_gateway(databases["review"], REVIEW_COMMANDS, engine, reviewed_plans.stage_of),
            authenticator=authenticators["review"],
            checks={},
        ),
        "scoring": scoring_app(
            database=databases["scoring"],
            org=caches["scoring"],
            gateway=_gateway(databases["scoring"], SCORE_COMMANDS, engine, scored_plans.stage_of),
            authenticator=authenticators["scoring"],
            checks={},
        ),
        "notify": _notify(databases["notify"], authenticators["notify"]),
    }


def _directory(database: Database, reader: Reader) -> FastAPI:
    organisation = CurrentOrganisation(database, age=600)
    calendars = Calendars("Asia/Shanghai", OFFICIAL.edition)
    return directory_app(
        database,
        organisation,
        calendars,
        OFFICIAL,
        authenticator=Authenticator(reader, organisation.get, ADMINS),
        checks={},
    )


def _notify(database: Database, authenticator: Authenticator) -> FastAPI:
    app = create_app("notify", authenticator=authenticator, checks={})
    NotifyApi(database, WebhookCaller(resolver=public), by_mail=True).register(app)
    return app


def _gateway(database: Database, commands: Commands, engine: StandingStill, stage_of: Ask) -> CommandGateway:
    async def ask(plan_id: str) -> Stage | None:
        async with database.transaction() as connection:
            return await stage_of(connection, plan_id)

    return CommandGateway(database, commands, engine, ask)
