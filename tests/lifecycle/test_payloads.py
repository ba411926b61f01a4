"""What a real lifecycle leaves in Temporal where keys are set: nothing that anybody wrote."""

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from shared.base.keys import Keyring
from shared.contracts.refusals import Blocked, ReasonMissing, StaleVersion
from shared.contracts.words import Move
from shared.engine.codec import data_converter
from shared.engine.entity_client import Stuck, Unknown
from shared.engine.lifecycle_client import LifecycleClient
from shared.engine.temporal import BUILD
from tests.support import timeskip
from tests.support.build import MARCH, command, lifecycle_input
from tests.support.timeskip import Owners, start
from workflows.__main__ import WORKFLOWS, sandbox

KEYS = Keyring((("k2", bytes(range(32))), ("k1", bytes(32))))
REASON = "Wang Fang was ill for two weeks"
FINDING = "core share of Li Lei is below 40"
WORK = b"work c1"
"""A title in the draft that the owners in memory submit."""


async def told(converter: DataConverter) -> WorkflowHistory:
    """A month with people's words in commands, in a submission and in refusals; its history."""
    async with timeskip.engine(converter) as engine:
        owners = Owners()
        async with timeskip.workers(engine, owners):
            return await _tell(engine, owners)


async def _tell(engine: WorkflowEnvironment, owners: Owners) -> WorkflowHistory:
    plan = await start(engine, lifecycle_input())
    await plan.settled()
    owners.plans.refuse_next = Blocked(findings=[{"code": "share.category_min", "message": FINDING}])
    blocked = await plan.refused(command(Move.SUBMIT, 1))
    assert isinstance(blocked, Blocked)
    assert blocked.details["findings"][0]["message"] == FINDING
    await plan.give(command(Move.SUBMIT, 1, key="submit-again"))
    assert isinstance(await plan.refused(command(Move.RETURN, 2)), ReasonMissing)
    stale = await plan.refused(command(Move.APPROVE, 7))
    assert isinstance(stale, StaleVersion)
    assert stale.details["expected"] == 7
    await plan.give(command(Move.RETURN, 2, note=REASON))
    await plan.give(command(Move.CANCEL, 3, note=REASON))
    await plan.handle.result()
    return await plan.handle.fetch_history()


def kept(history: WorkflowHistory) -> bytes:
    return b"".join(event.SerializeToString() for event in history.events)


@pytest.fixture(scope="module")
async def encrypted() -> WorkflowHistory:
    return await told(data_converter(KEYS, 1024, strict=True))


@pytest.mark.parametrize("text", [REASON.encode(), FINDING.encode(), WORK])
async def test_nothing_that_somebody_wrote_is_in_an_encrypted_history(
    encrypted: WorkflowHistory, text: bytes
) -> None:
    assert text not in kept(encrypted)


async def test_search_attributes_and_the_workflow_id_say_nothing_personal(encrypted: WorkflowHistory) -> None:
    first = encrypted.events[0].workflow_execution_started_event_attributes
    shown = dict(first.search_attributes.indexed_fields)
    for event in encrypted.events:
        shown |= event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    assert {name: payload.data for name, payload in shown.items() if name != "ReviewDueAt"} == {
        "PlanMonth": b'"2026-03"',
        "Department": b'"sales"',
        "PlanStage": b'"cancelled"',
    }


async def test_an_encrypted_history_replays_with_its_keys_in_any_order(encrypted: WorkflowHistory) -> None:
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=sandbox(),
        data_converter=data_converter(Keyring(KEYS.keys[::-1]), 0),
        build_id=BUILD,
    )
    await replayer.replay_workflow(encrypted)


async def test_an_answer_under_a_key_that_is_not_here_is_unknown_and_found_by_who_has_it() -> None:
    async with timeskip.engine(data_converter(KEYS, 1024)) as engine, timeskip.workers(engine, Owners()):
        plan = await start(engine, lifecycle_input(), MARCH.workflow_id)
        await plan.settled()
        behind = LifecycleClient(with_keys(engine.client, Keyring(KEYS.keys[1:])))
        submission = command(Move.SUBMIT, 1)
        with pytest.raises(Unknown):
            await behind.command(submission)
        with pytest.raises(Stuck, match="'k2'"):
            await behind.state(MARCH.workflow_id)
        cancelled = command(Move.CANCEL, 2, note=REASON)
        await plan.give(cancelled)
        await plan.handle.result()
        with pytest.raises(Unknown):
            await behind.command(cancelled)
        ahead = LifecycleClient(with_keys(engine.client, Keyring(KEYS.keys[::-1])))
        assert (await ahead.command(cancelled)).version == 3


def with_keys(client: Client, keys: Keyring) -> Client:
    """The same engine, as a process with these keys sees it."""
    return Client(
        client.service_client, namespace=client.namespace, data_converter=data_converter(keys, 1024)
    )


async def test_without_keys_a_history_would_tell(engine: WorkflowEnvironment, owners: Owners) -> None:
    plain = kept(await _tell(engine, owners))
    assert REASON.encode() in plain
    assert FINDING.encode() in plain
    assert WORK in plain
