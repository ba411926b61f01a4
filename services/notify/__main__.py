"""The composition of the notify process: API, consumers and the sender of what is queued."""

from services.notify.api import ABOUT, NotifyApi
from services.notify.delivery import Sender
from services.notify.domain.values import Channel
from services.notify.mail import Mailer
from services.notify.reactions import Telling
from services.notify.smtp import SmtpServer
from services.notify.store import figures
from services.notify.store.tables import ORG, OUTBOX
from services.notify.webhooks import Caller
from shared.base.settings import Settings
from shared.bus.connection import tls_of
from shared.bus.jetstream import Bus
from shared.health.gauges import Value, reading
from shared.org.copy import OrgCache
from shared.process.composition import rate_limits_of
from shared.process.reconcile import forget_old
from shared.process.runner import Service, bus_check, main
from shared.store.db import Database
from shared.telemetry import metrics
from shared.web.authentication import Authenticator
from shared.web.http import create_app
from shared.web.tokens import TokenReader

NAME = "notify"
GAUGES = (metrics.DELIVERIES_WAITING, metrics.DELIVERIES_AGE)


async def compose(settings: Settings) -> Service:
    """The parts of the process that ``settings`` describe; nothing is connected yet."""
    database = Database(settings.database_url, pool=settings.database_pool, name=f"monthline-{NAME}")
    bus = Bus(settings.nats_url, name=f"monthline-{NAME}", tls=tls_of(settings))
    people = OrgCache(database, ORG)
    caller = Caller(allow_private=settings.webhook_allow_private)
    sender = Sender(database, people, mailer=_mailer(settings), caller=caller)
    telling = Telling(people, by_mail=bool(settings.smtp_url), zone=settings.company_zone)
    tokens = TokenReader(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        jwks_url=str(settings.oidc_jwks_url),
        algorithms=settings.oidc_algorithms,
    )
    app = create_app(
        NAME,
        about=ABOUT,
        authenticator=Authenticator(tokens, people.get, settings.admins, rate_limits_of(settings)),
        checks={"database": database.check, "nats": lambda: bus_check(bus, service.consumers)},
    )
    NotifyApi(database, caller, by_mail=bool(settings.smtp_url)).register(app)
    service = Service(
        name=NAME,
        settings=settings,
        app=app,
        database=database,
        outbox=OUTBOX,
        bus=bus,
        reactions=telling.reactions(),
        tasks=(sender.run, lambda: forget_old(database, OUTBOX)),
        readings=(reading("deliveries", database, figures.waiting, _shown, *GAUGES),),
    )
    return service


def _shown(counts: dict[Channel, tuple[int, float]]) -> list[Value]:
    waiting = [(metrics.DELIVERIES_WAITING, (channel.value,), one[0]) for channel, one in counts.items()]
    ages = [(metrics.DELIVERIES_AGE, (channel.value,), one[1]) for channel, one in counts.items()]
    return [*waiting, *ages]


def _mailer(settings: Settings) -> Mailer | None:
    if not settings.smtp_url:
        return None
    return Mailer(SmtpServer.at(settings.smtp_url), settings.mail_from)


if __name__ == "__main__":
    main(NAME, compose)
