"""The directory's process: its parts, put together from the settings."""

from pydantic import field_validator

from services.directory.activities import DirectoryActivitiesImpl
from services.directory.api import directory_app
from services.directory.calendars import OfficialCalendar, supported_countries
from services.directory.store.calendar import Calendars
from services.directory.store.organisation import CurrentOrganisation
from services.directory.store.tables import OUTBOX
from shared.base.settings import Settings
from shared.contracts.directory import DIRECTORY_QUEUE, DirectoryActivities
from shared.engine import temporal
from shared.process.composition import connections, rate_limits_of
from shared.process.reconcile import forget_old
from shared.process.runner import Service, bus_check, run
from shared.web.authentication import Authenticator


class DirectorySettings(Settings):
    """What the directory needs to know: its country has to be one that the calendar can start from."""

    @field_validator("company_country")
    @classmethod
    def _has_holidays(cls, country: str) -> str:
        if country not in supported_countries():
            raise ValueError("no holidays are known for this country; write its ISO 3166 code, as CN")
        return country


async def compose(settings: DirectorySettings) -> Service:
    """The directory as the settings describe it; nothing is connected yet."""
    own = await connections(settings, "directory")
    organisation = CurrentOrganisation(own.database)
    official = OfficialCalendar(settings.company_country)
    calendars = Calendars(settings.company_zone, official.edition)
    app = directory_app(
        own.database,
        organisation,
        calendars,
        official,
        authenticator=Authenticator(own.tokens, organisation.get, settings.admins, rate_limits_of(settings)),
        checks={"database": own.database.check, "nats": lambda: bus_check(own.bus, ())},
    )
    activities = DirectoryActivitiesImpl(own.database, calendars, official)
    worker = temporal.worker(
        settings, queue=DIRECTORY_QUEUE, contract=DirectoryActivities, implementation=activities
    )
    return Service(
        name="directory",
        settings=settings,
        app=app,
        database=own.database,
        outbox=OUTBOX,
        bus=own.bus,
        worker=worker,
        tasks=(lambda: forget_old(own.database, OUTBOX),),
    )


if __name__ == "__main__":
    run("directory", compose, DirectorySettings)
