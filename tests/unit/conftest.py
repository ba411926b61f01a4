"""Unit tests are pure: a test that is not fails where it does something else than compute."""

from collections.abc import Generator

import pytest

from tests.support.purity import guard


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """Watch the test itself; what pytest does around it is not the test's."""
    with guard.watching():
        return (yield)
