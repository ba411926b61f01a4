"""Plans that are running when a new version comes must go on: kept histories replay, breaks are caught."""

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from shared.base.keys import Keyring
from shared.engine.codec import data_converter
from shared.engine.temporal import BUILD
from tests.replay import histories
from tests.replay.broken import OneMoreTimer, OtherOrder, Silent
from tests.replay.record import tell
from tests.replay.stories import STORIES
from workflows.__main__ import WORKFLOWS, sandbox

EVENTS, BYTES = 150, 35_000
"""What the history of a clean month may cost; seven moves through four owners need most of it."""


async def replay(story: str, *workflows: type) -> None:
    """Run today's code against what a lifecycle once did; raises NondeterminismError."""
    replayer = Replayer(
        workflows=workflows or WORKFLOWS,
        workflow_runner=sandbox(),
        data_converter=data_converter(Keyring(), compress_from=1024),
        build_id=BUILD,
    )
    await replayer.replay_workflow(histories.load(story))


@pytest.mark.parametrize("story", STORIES)
async def test_a_recorded_month_replays(story: str) -> None:
    await replay(story)


@pytest.mark.parametrize("story", STORIES)
def test_the_recorded_commands_are_those_of_the_fingerprint(story: str) -> None:
    assert histories.fingerprint(histories.load(story)) == histories.fingerprints()[story]


@pytest.mark.parametrize("story", STORIES)
async def test_a_month_told_today_gives_the_commands_of_the_fingerprint(
    engine: WorkflowEnvironment, story: str
) -> None:
    assert histories.fingerprint(await tell(engine, story)) == histories.fingerprints()[story]


@pytest.mark.parametrize("broken", [OneMoreTimer, OtherOrder, Silent])
async def test_a_changed_order_of_commands_is_caught(broken: type) -> None:
    with pytest.raises(NondeterminismError):
        await replay("clean_month", broken)


def test_a_clean_month_keeps_to_its_budget_of_history() -> None:
    events = histories.load("clean_month").events
    assert len(events) <= EVENTS
    assert sum(event.ByteSize() for event in events) <= BYTES


def test_every_kept_history_belongs_to_a_story() -> None:
    kept = {path.stem for path in (histories.HERE / "histories").glob("*.json")}
    assert kept == set(STORIES) == set(histories.fingerprints())
