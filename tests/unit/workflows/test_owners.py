"""An activity is carried out on the task queue of its owner."""

import inspect

import pytest

from shared.contracts.directory import DIRECTORY_QUEUE, DirectoryActivities
from shared.contracts.plans import PLANS_QUEUE, PlansActivities
from shared.contracts.review import REVIEW_QUEUE, ReviewActivities
from shared.contracts.scoring import SCORING_QUEUE, ScoringActivities
from workflows.owners import queue_of


@pytest.mark.parametrize(
    ("contract", "queue"),
    [
        (DirectoryActivities, DIRECTORY_QUEUE),
        (PlansActivities, PLANS_QUEUE),
        (ReviewActivities, REVIEW_QUEUE),
        (ScoringActivities, SCORING_QUEUE),
    ],
)
def test_every_activity_is_named_after_its_owner_s_queue(contract: type, queue: str) -> None:
    methods = [method for _, method in inspect.getmembers(contract, inspect.isfunction)]
    assert {queue_of(method) for method in methods} == {queue}
