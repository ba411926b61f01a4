"""The yardstick: a bare Temporal workflow with as many updates and no-op activities as one lifecycle.

``python -m bench.bare ADDRESS workflows|activities`` runs one of its two worker processes.
"""

import os
import sys
from collections.abc import Sequence
from datetime import timedelta

import uvloop
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

WORKFLOWS, ACTIVITIES = "bare-workflows", "bare-activities"
STEPS: Sequence[Sequence[int]] = ((1, 1), (1, 1), (1, 1), (1,), (1, 1, 1), (1, 1), (1, 1))
"""The activities of a lifecycle's commands: submit, approve, approve, close, close, confirm, confirm."""


@activity.defn(name="bare.nothing")
async def nothing(value: str) -> str:
    """Do nothing."""
    return value


@workflow.defn(name="BareLifecycle", sandboxed=False)
class BareLifecycle:
    """Waits for so many updates and runs each one's activities, one after the other."""

    def __init__(self) -> None:
        self._open = False
        self._asked = 0
        self._done = 0

    @workflow.run
    async def run(self, name: str) -> str:
        """Open, and carry out what was asked, in order, until everything has been."""
        await self._nothing(name)
        self._open = True
        while self._done < len(STEPS):
            await workflow.wait_condition(lambda: self._asked > self._done, timeout=timedelta(days=20))
            for _ in STEPS[self._done]:
                await self._nothing(name)
            self._done += 1
        await workflow.wait_condition(workflow.all_handlers_finished)
        return name

    @workflow.update
    async def step(self, number: int) -> int:
        """Ask for the next step and wait until it has been done; for 0 until it is open."""
        self._asked = number
        await workflow.wait_condition(lambda: self._open and self._done >= number)
        return number

    async def _nothing(self, name: str) -> None:
        await workflow.execute_activity(
            nothing, name, task_queue=ACTIVITIES, start_to_close_timeout=timedelta(seconds=20)
        )


async def begin(client: Client, name: str) -> None:
    """Open a bare lifecycle, as a plan is opened before anybody moves it."""
    handle = await client.start_workflow(BareLifecycle.run, name, id=name, task_queue=WORKFLOWS)
    await handle.execute_update(BareLifecycle.step, 0)


async def commands(client: Client, name: str) -> None:
    """All commands of a bare lifecycle that is open."""
    handle = client.get_workflow_handle(name)
    for number in range(1, len(STEPS) + 1):
        await handle.execute_update(BareLifecycle.step, number)


async def work(address: str, role: str) -> None:
    """Run one of the worker processes until it is ended."""
    client = await Client.connect(address)
    if role == "workflows":
        worker = Worker(client, task_queue=WORKFLOWS, workflows=[BareLifecycle])
    else:
        worker = Worker(client, task_queue=ACTIVITIES, activities=[nothing])
    await worker.run()


if __name__ == "__main__":
    try:
        uvloop.run(work(sys.argv[1], sys.argv[2]))
    finally:
        os._exit(0)
