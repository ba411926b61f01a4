"""Notify on a real database, with a small company in its copy of the organisation."""

from collections.abc import AsyncIterator, Callable

import pytest

from shared.contracts.organisation import RoleGrant
from shared.contracts.words import Language, Role
from shared.org.organisation import Organisation
from shared.store.db import Database
from tests.integration.notify.client import As, api_of
from tests.integration.notify.house import House
from tests.unit.services.notify.build import organisation, person


def company() -> Organisation:
    """An author and a leader in sales, reviewers with and without scope, and those who see all."""
    return organisation(
        person("p017"),
        person("l1", "李娜", "Li Na", language=Language.EN),
        person("p020", "王芳", "Wang Fang", department="production"),
        person("hr1", roles=(RoleGrant(role=Role.HR, departments=("sales",)),)),
        person("ex1", roles=(RoleGrant(role=Role.EXECUTIVE, departments=("production",)),)),
        person("au1", roles=(RoleGrant(role=Role.AUDITOR),)),
        person("ad1", roles=(RoleGrant(role=Role.ADMIN),)),
    )


@pytest.fixture
async def house(databases: Callable[[str], Database]) -> House:
    """Notify, empty but for the company."""
    made = House(databases("notify"))
    await made.know(company())
    return made


@pytest.fixture
async def as_(house: House) -> AsyncIterator[As]:
    """The API, as whoever is named."""
    async with api_of(house) as made:
        yield made
