"""Owns what a group of tasks fails with: its first cause, not the group."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def single_cause() -> Iterator[None]:
    """Lets the first failure out of a group of tasks, in the group's place."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
