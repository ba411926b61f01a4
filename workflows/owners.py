"""The activities of the owners, as workflows call them: refusals come back as refusals."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import activity, workflow
from temporalio.exceptions import ActivityError

from shared.engine.temporal import RETRY, as_refusal

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
TIMEOUT = timedelta(seconds=20)


def queue_of(method: Callable[[Any, Asked], Awaitable[Answer]]) -> str:
    """The task queue of an activity's owner: what stands before the dot in the activity's name."""
    name = activity._Definition.must_from_callable(method).name
    return str(name).partition(".")[0]


async def ask(method: Callable[[Any, Asked], Awaitable[Answer]], request: Asked) -> Answer:
    """Have the owner carry out an activity of its contract, as often as it takes; the owner's answer.

    Raises:
        Refusal: the owner refuses.
    """
    try:
        answer: Answer = await workflow.execute_activity_method(
            method,
            request,
            task_queue=queue_of(method),
            start_to_close_timeout=TIMEOUT,
            retry_policy=RETRY,
        )
    except ActivityError as error:
        refused = as_refusal(error.cause)
        if refused is None:
            raise
        raise refused from error
    return answer
