"""The activities of the owners, called as a lifecycle calls them: refusals come back as refusals."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError

from shared.contracts.directory import DIRECTORY_QUEUE
from shared.contracts.plans import PLANS_QUEUE
from shared.contracts.review import REVIEW_QUEUE
from shared.contracts.scoring import SCORING_QUEUE
from shared.engine.temporal import RETRY, as_refusal

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
TIMEOUT = timedelta(seconds=20)

QUEUES = {
    "PlansActivities": PLANS_QUEUE,
    "ReviewActivities": REVIEW_QUEUE,
    "ScoringActivities": SCORING_QUEUE,
    "DirectoryActivities": DIRECTORY_QUEUE,
}


async def ask(method: Callable[[Any, Asked], Awaitable[Answer]], request: Asked) -> Answer:
    """Have the owner carry out an activity of its contract, as often as it takes; the owner's answer.

    Raises:
        Refusal: the owner refuses.
    """
    owner = method.__qualname__.partition(".")[0]
    try:
        answer: Answer = await workflow.execute_activity_method(
            method,
            request,
            task_queue=QUEUES[owner],
            start_to_close_timeout=TIMEOUT,
            retry_policy=RETRY,
        )
    except ActivityError as error:
        refused = as_refusal(error.cause)
        if refused is None:
            raise
        raise refused from error
    return answer
