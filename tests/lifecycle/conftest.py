"""The engine and workers that the lifecycle tests share."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support import timeskip
from tests.support.timeskip import Owners


@pytest.fixture(scope="session")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """One time-skipping engine for all lifecycle tests."""
    async with timeskip.engine() as environment:
        yield environment


@pytest.fixture
async def owners(engine: WorkflowEnvironment) -> AsyncIterator[Owners]:
    """Fresh owners in memory, with workers running."""
    fresh = Owners()
    async with timeskip.workers(engine, fresh):
        yield fresh
