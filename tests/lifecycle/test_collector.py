"""Where workflows run in a test process, a garbage collection is short and calls nobody."""

import gc

from tests.support.owners import Gate
from tests.support.timeskip import Owners


def test_a_collection_in_the_thread_of_a_workflow_calls_nobody_and_searches_no_module(owners: Owners) -> None:
    assert gc.callbacks == []
    assert not any(found is Gate for found in gc.get_objects())
