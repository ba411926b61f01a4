"""The house under attack, built once for each file of attacks."""

import pytest

from monthline.registry import SERVICES
from shared.store.db import Database
from tests.attacks.house import House, build
from tests.support.databases import empty


@pytest.fixture(scope="module")
async def house(owner_url: str, pools: dict[str, Database]) -> House:
    """Five applications over real databases; what an attack changes, the next one of the file sees."""
    empty(owner_url, *SERVICES)
    return await build(pools)
