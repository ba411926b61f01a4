"""F28, F33, F36, F41: what operators do: end lifecycles, start things twice, roll workers over."""

import asyncio
import sys
import time

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle

from faults.cases.registry import fault
from faults.company import COMPANY, HR, MONTH, NEXT_MONTH, managers, plan_id
from faults.pace import SWEEP
from faults.walker import Walker
from faults.world import World
from monthline.demo.issuer import OPERATOR
from monthline.provision import connect_engine
from shared.contracts.ids import WORKFLOW_PREFIX, open_month_workflow_id
from shared.contracts.lifecycle import PLAN_LIFECYCLE
from shared.contracts.words import Stage

FIRST_TASK = 4
"""The event at which the first workflow task of a history has been completed."""
LISTED = 15.0
"""Seconds that the engine may take to list what has been started."""


def _lifecycle(client: Client, walker: Walker) -> WorkflowHandle[object, object]:
    return client.get_workflow_handle(WORKFLOW_PREFIX + walker.plan)


@fault(
    "F28",
    "operator terminates or resets a plan's workflow",
    without=("reconciler",),
    breaks="has no running lifecycle",
)
async def terminated(world: World) -> None:
    """It is started again from its row and goes on; a command that had been applied is answered so."""
    client = await connect_engine(world.stack.deployment)
    for stage in (Stage.DRAFTING, Stage.HR_REVIEW, Stage.TRACKING):
        [walker] = await world.take(1, stage)
        await _lifecycle(client, walker).terminate("drill")
        answer = await walker.do(walker.onwards(world.rng))
        world.check(answer.kind == "ok", f"after {stage} was terminated: {answer.kind} {answer.code}")
    [walker] = await world.take(1, Stage.LEADER_REVIEW)
    await _reset(client, walker)
    answer = await walker.do(walker.onwards(world.rng))
    world.check(answer.kind == "ok", f"after a reset: {answer.kind} {answer.code}")
    await _between(world, client)


async def _between(world: World, client: Client) -> None:
    """Terminated after the row was moved and before anybody was told: the repeated key says what was done."""
    [walker] = await world.take(1)
    world.stack.arm("plans", "done.submit", "sleep 4")
    wish = walker.onwards(world.rng)
    sending = asyncio.create_task(world.driver.send(wish))
    while not world.stack.hits("plans", "done.submit"):
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    await _lifecycle(client, walker).terminate("drill")
    await sending
    answer = await walker.do(wish)
    world.check(answer.kind == "ok", f"terminated between commit and answer: {answer.kind} {answer.code}")


async def _reset(client: Client, walker: Walker) -> None:
    """As an operator does in the engine's UI: back to the first task, without what people have sent since."""
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=WORKFLOW_PREFIX + walker.plan),
            reason="drill",
            workflow_task_finish_event_id=FIRST_TASK,
            request_id=walker.plan,
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
        )
    )


@fault("F33", "the sweeper runs twice", without=("one-lifecycle",), breaks="lifecycles run")
async def two_sweepers(world: World) -> None:
    """Two reconcilers find the same missing lifecycles and pending commands; each is mended once."""
    client = await connect_engine(world.stack.deployment)
    await world.unit("plans-2").release()
    walkers = await world.take(world.size(5, 30))
    before = await _running(client, MONTH)
    for name in ("plans", "plans-2"):
        # Longer than a sweep's pause: what the first one has found missing, the second finds missing too.
        world.stack.arm(name, "engine.start", f"always sleep {SWEEP + 1}")
    for walker in walkers:
        await _lifecycle(client, walker).terminate("drill")
    await world.each(walkers, lambda walker: walker.do(walker.onwards(world.rng)))
    for walker in walkers:
        world.check(walker.stage is Stage.HR_REVIEW, f"{walker.plan} is {walker.stage}")
    await asyncio.sleep(SWEEP)
    await _counted(world, client, MONTH, before)


async def _running(client: Client, month: str) -> int:
    """How many lifecycles of a month run, whatever their ids."""
    query = f"WorkflowType = '{PLAN_LIFECYCLE}' and ExecutionStatus = 'Running' and PlanMonth = '{month}'"
    return (await client.count_workflows(query)).count


async def _counted(world: World, client: Client, month: str, wanted: int) -> None:
    """So many lifecycles run, once the engine lists them all."""
    deadline = time.monotonic() + LISTED
    while (running := await _running(client, month)) != wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    world.check(running == wanted, f"{running} lifecycles run for {wanted} plans of {month}")


@fault(
    "F36",
    "two workflow workers together, each rolled back in turn",
    without=("same-build",),
    breaks="workflow task fails|does not answer",
)
async def rolled_over(world: World) -> None:
    """Two workflow workers share the lifecycles and take turns at going away."""
    walkers = await world.take(6)
    async with world.load(walkers) as counts:
        await world.unit("workflows-2").release()
        await world.unit("workflows").hold()
        await asyncio.sleep(world.size(2, 30))
        await world.unit("workflows").release()
        await world.unit("workflows-2").hold()
        await asyncio.sleep(1)
    world.notes.append(f"{counts['ok']} commands")
    if world.long:
        await _replay_gate(world)


async def _replay_gate(world: World) -> None:
    """Recorded histories replay, and deliberately broken lifecycles do not (part of every ``make test``)."""
    gate = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "tests/replay"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await gate.communicate()
    world.check(gate.returncode == 0, f"the replay gate: {said.decode()[-300:]}")


@fault(
    "F41",
    "month opener killed at 10, 50, 90 %; run twice",
    without=("one-lifecycle",),
    breaks="lifecycles run",
)
async def opener_killed(world: World) -> None:
    """Each plan is opened once, and has one lifecycle."""
    count = len(world.walkers)
    people = managers(count)
    opening = f"/months/{NEXT_MONTH}/open"
    await asyncio.gather(*(world.driver.must("POST", "plans", opening, OPERATOR, json={}) for _ in range(2)))
    for part in (0.1, 0.5, 0.9):
        while len(await _opened(world)) < part * count:
            await asyncio.sleep(0.05)
        unit = world.unit("workflows")
        before = unit.pid
        unit.kill()
        await unit.dead(before)
        await unit.ready()
    await world.driver.must("POST", "plans", opening, OPERATOR, json={})
    async with asyncio.timeout(60):
        while len(await _opened(world)) < count:
            await asyncio.sleep(0.2)
    wanted = {plan_id(person, NEXT_MONTH) for person in people}
    world.check(await _opened(world) == wanted, "the opened plans are not those of the managers")
    client = await connect_engine(world.stack.deployment)
    await _ended(client)
    await world.driver.must("POST", "plans", opening, OPERATOR, json={})
    await _ended(client)
    await _counted(world, client, NEXT_MONTH, count)
    world.notes.append(f"{count} plans")


async def _ended(client: Client) -> None:
    """The opening of the month that was started last has ended."""
    async with asyncio.timeout(60):
        await client.get_workflow_handle(open_month_workflow_id(COMPANY, NEXT_MONTH)).result()


async def _opened(world: World) -> set[str]:
    found: set[str] = set()
    cursor = ""
    while True:
        page = await world.driver.must("GET", "plans", f"/plans?month={NEXT_MONTH}&limit=500{cursor}", HR)
        found |= {one["id"] for one in page["items"]}
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
