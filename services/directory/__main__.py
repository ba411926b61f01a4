"""The directory's process: its parts, put together from the settings."""

import sys

from services.directory.activities import Directory
from services.directory.api import directory_app
from services.directory.calendars import OfficialCalendar
from services.directory.store.calendar import Calendars
from services.directory.store.organisation import CurrentOrganisation
from services.directory.store.tables import OUTBOX
from shared import temporal
from shared.contracts.directory import DIRECTORY_QUEUE, DirectoryActivities
from shared.door import Door
from shared.parts import parts, rates_of
from shared.process import Service, bus_check, main
from shared.reconcile import forget_old
from shared.settings import Settings


def _official(country: str) -> OfficialCalendar:
    official = OfficialCalendar(country)
    try:
        _ = official.edition
    except NotImplementedError:
        print(f"COMPANY_COUNTRY: no holidays are known for {country}; use a code as CN", file=sys.stderr)
        sys.exit(2)
    return official


async def compose(settings: Settings) -> Service:
    """The directory as the settings describe it; nothing is connected yet."""
    own = await parts(settings, "directory")
    organisation = CurrentOrganisation(own.database)
    official = _official(settings.company_country)
    calendars = Calendars(settings.company_zone, official.edition)
    app = directory_app(
        own.database,
        organisation,
        calendars,
        official,
        door=Door(own.tokens, organisation.get, settings.admins, rates_of(settings)),
        checks={"database": own.database.check, "nats": lambda: bus_check(own.bus, ())},
    )
    keeper = Directory(own.database, calendars, official)
    worker = temporal.worker(settings, queue=DIRECTORY_QUEUE, contract=DirectoryActivities, keeper=keeper)
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
    main("directory", compose)
