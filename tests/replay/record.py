"""Records the histories again: ``python -m tests.replay.record``.

Plans live for weeks: a history that no longer replays is a plan that a new version would break. Change
the workflow behind ``workflow.patched`` and keep the old histories; record again only what is new, or
all of them as long as no plan is running anywhere. The changed fingerprints belong in the review.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.replay import histories
from tests.replay.stories import STORIES
from tests.support import timeskip
from tests.support.timeskip import Owners


async def tell(engine: WorkflowEnvironment, story: str) -> WorkflowHistory:
    """Run a story to the plan's end; its history."""
    owners = Owners()
    async with timeskip.workers(engine, owners):
        plan = await timeskip.start(engine, STORIES[story].given(owners), f"plan:{story}")
        await STORIES[story].tell(plan)
        await plan.handle.result()
        return await plan.handle.fetch_history()


async def record(stories: Sequence[str]) -> None:
    """Record the stories named, and the fingerprints of them."""
    found = histories.fingerprints() if histories.FINGERPRINTS.exists() else {}
    async with timeskip.engine() as engine:
        for story in stories:
            history = await tell(engine, story)
            histories.save(story, history)
            found[story] = histories.fingerprint(history)
            sys.stdout.write(f"{story}: {len(history.events)} events\n")
    histories.keep_fingerprints(found)


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or list(STORIES)))
    sys.stdout.flush()
    # The SDK's threads may outlive the interpreter and abort it on its way out.
    os._exit(0)
