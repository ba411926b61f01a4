"""Empty servers, which the tests of a module make ready or spoil."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from monthline.embedded import EmbeddedServers


@pytest.fixture(scope="module")
def empty_servers() -> Iterator[EmbeddedServers]:
    """PostgreSQL without a schema, NATS without a stream, Temporal without a plan."""
    with (
        tempfile.TemporaryDirectory(prefix="monthline-", ignore_cleanup_errors=True) as folder,
        EmbeddedServers(Path(folder), durable=False, headless=True) as started,
    ):
        yield started
