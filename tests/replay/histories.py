"""Histories on disk, and the order of the commands that a history shows."""

import json
from collections.abc import Iterator
from pathlib import Path

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

HERE = Path(__file__).parent
FINGERPRINTS = HERE / "fingerprints.json"
PLAIN = {
    "timer_canceled": "cancel timer",
    "workflow_execution_update_accepted": "accept",
    "workflow_execution_update_completed": "answer",
    "workflow_execution_completed": "complete",
    "workflow_execution_failed": "fail",
    "workflow_execution_continued_as_new": "continue as new",
    "start_child_workflow_execution_initiated": "start child",
    "marker_recorded": "marker",
}


def path_of(story: str) -> Path:
    """Where a story's history is kept."""
    return HERE / "histories" / f"{story}.json"


def load(story: str) -> WorkflowHistory:
    """The history that was recorded."""
    return WorkflowHistory.from_json(f"plan:{story}", path_of(story).read_text())


def save(story: str, history: WorkflowHistory) -> None:
    """Keep a history, without the spaces and the line ends that would double its size."""
    compact = json.dumps(json.loads(history.to_json()), separators=(",", ":"), sort_keys=True)
    path_of(story).write_text(compact + "\n")


def fingerprint(history: WorkflowHistory) -> list[str]:
    """The commands that the workflow's code gave, in their order."""
    return [line for event in history.events for line in _command(event)]


def _command(event: HistoryEvent) -> Iterator[str]:
    kind = str(event.WhichOneof("attributes")).removesuffix("_event_attributes")
    match kind:
        case "activity_task_scheduled":
            yield f"activity {event.activity_task_scheduled_event_attributes.activity_type.name}"
        case "timer_started":
            yield f"timer {json.loads(event.user_metadata.summary.data)}"
        case "upsert_workflow_search_attributes":
            shown = event.upsert_workflow_search_attributes_event_attributes.search_attributes
            yield f"show {' '.join(sorted(shown.indexed_fields))}"
        case _ if kind in PLAIN:
            yield PLAIN[kind]


def fingerprints() -> dict[str, list[str]]:
    """The committed order of commands of every story."""
    found: dict[str, list[str]] = json.loads(FINGERPRINTS.read_text())
    return found


def keep_fingerprints(found: dict[str, list[str]]) -> None:
    """Write them, one command a line, so that a change shows as a difference of lines."""
    FINGERPRINTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
