"""The engine on which the stories are told again."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support import timeskip


@pytest.fixture(scope="session")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """One time-skipping engine for all stories."""
    async with timeskip.engine() as environment:
        yield environment
