"""What others may ask of a plan's lifecycle: its input, its one update and its answer."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.contracts.calendar import CyclePolicy, TimeScale, WorkingDays
from shared.contracts.ids import PlanRef
from shared.contracts.organisation import Zone
from shared.contracts.values import Code, Month, Note, Value
from shared.contracts.words import Move, Party, Stage

PLAN_LIFECYCLE = "PlanLifecycle"
OPEN_MONTH = "OpenMonth"

SEARCH_ATTRIBUTES: Mapping[str, str] = {
    "PlanMonth": "Keyword",
    "PlanStage": "Keyword",
    "Department": "Keyword",
    "ReviewDueAt": "Datetime",
    "EscalationLevel": "Int",
}
"""By which operators find lifecycles in the engine; none of them says anything about a person."""


class LifecycleInput(Value):
    """One plan's month: who, and every date-making fact by value."""

    plan: PlanRef
    zone: Zone
    policy: CyclePolicy
    working_days: WorkingDays
    scale: TimeScale


class Command(Value):
    """A wish to move a plan, as ``party``.

    ``expected_version`` is the plan version its sender has seen; ``content_version`` the draft they
    have seen, where content matters. ``to`` is where a return goes. ``note`` is the reason of a
    return, a dispute, an exemption or a cancellation, the condition of an approval, the answer to a
    dispute.
    """

    command_id: str
    move: Move
    plan: PlanRef
    actor: Code
    party: Party
    on_behalf_of: Code | None = None
    expected_version: Annotated[int, Field(ge=0)]
    content_version: Annotated[int, Field(ge=0)] | None = None
    to: Stage | None = None
    note: Note = ""


class Moved(Value):
    """What became of a command: the same for its first and every later sending."""

    command_id: str
    plan_id: str
    move: Move
    actor: str
    stage: Stage
    version: int
    at: AwareDatetime


class LifecycleState(Value):
    """What the lifecycle believes, for those who check it against the row."""

    stage: Stage
    version: int


class OpenMonthInput(Value):
    """Which month to open; without ``month`` the next one whose drafting has begun.

    ``people`` opens only theirs (a late joiner). ``after`` and ``started`` carry on after
    continue-as-new.
    """

    company: Code
    month: Month | None = None
    people: tuple[Code, ...] = ()
    scale: TimeScale | None = None
    window: Annotated[int, Field(ge=1, le=500)] = 20
    after: str = ""
    started: int = 0


class OpenedMonth(Value):
    """How many plans of the month have been started, in all; no month when none was due."""

    month: str | None
    started: int
