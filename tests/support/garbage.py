"""Garbage collection in a test process, which holds many more objects than a process of the product."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def settle() -> None:
    """Exempt all objects of now from later collections, which else take seconds on a busy machine.

    A collection runs in whichever thread makes the next object. In the thread of a workflow it counts
    towards the two seconds after which Temporal's deadlock detector interrupts the workflow.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def workflows_run_here() -> Iterator[None]:
    """Settle, and keep the callbacks of the collector, as that of hypothesis, out of workflow threads.

    The detector raises its exception in the thread; raised in such a callback it fails the running test.
    """
    settle()
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    try:
        yield
    finally:
        gc.callbacks[:] = callbacks
