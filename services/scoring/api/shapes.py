"""What the scoring API takes and gives."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, WithJsonSchema

from services.scoring.domain.leaders import Recipient
from services.scoring.domain.metrics import MetricRecord, RecordOutcome
from services.scoring.domain.policy import ScoringPolicy
from shared.contracts.calendar import Deadline
from shared.contracts.plan import Unit
from shared.contracts.scoring import Score
from shared.contracts.values import Code, Note, Text, Value
from shared.contracts.words import Direction, Milestone, Move, Party, Rung, RungOutcome, Stage
from shared.web.views import View


class MetricBody(Value):
    """A metric's definition; an ``id`` must be the one in the path."""

    id: Code | None = None
    name: Text
    unit: Unit
    direction: Direction = Direction.HIGHER
    owner: Code
    source: Code


Row = Annotated[Any, WithJsonSchema(MetricRecord.model_json_schema())]
"""A record as it came: each is judged for itself, so that a wrong one does not hold up the others."""


class RecordsBody(Value):
    """Values of metrics, each a record of its source."""

    records: Annotated[tuple[Row, ...], Field(min_length=1, max_length=500)]


class RowError(View):
    """What is wrong with a row: where, a stable code, and words in the caller's language."""

    path: str
    code: str
    message: str


class RowResult(View):
    """What became of one row, counted from 0; ``version`` is that of the value that holds now."""

    row: int
    outcome: RecordOutcome
    version: int | None = None
    errors: Annotated[list[RowError], Field(default_factory=list)]


class RecordsReport(View):
    """How many rows had which outcome, and every row in the order given."""

    recorded: int
    corrected: int
    unchanged: int
    outdated: int
    refused: int
    rows: list[RowResult]


class ValueView(View):
    """A version of a metric's value, with the record it came from and who sent it."""

    month: str
    version: int
    value: Decimal
    source: str
    record_id: str
    revision: int | None
    recorded_by: str
    recorded_at: AwareDatetime


class Confirmation(Value):
    """A confirmation; the leader's note answers a dispute, and is required then."""

    note: Note = ""


class Dispute(Value):
    """A dispute; the note is its reason."""

    note: Note = ""


class AnswerState(View):
    """Who has said what about a score so far."""

    author_confirmed_by: str | None
    leader_confirmed_by: str | None
    disputed_by: str | None
    dispute_answered_by: str | None
    dispute_open: bool


class ScoreItem(View):
    """One line of the list of scores; ``version`` is the plan's, for If-Match."""

    plan_id: str
    month: str
    author: str
    department: str
    stage: Stage
    version: int
    score_version: int
    total: Decimal
    band: str
    band_label: Text
    provisional: bool
    answers: AnswerState


class AnswerView(View):
    """One answer as recorded; the note is a dispute's reason or its answer."""

    move: Move
    party: Party
    actor: str
    on_behalf_of: str | None
    note: str
    at: AwareDatetime


class LeaderView(View):
    """Somebody who may answer as the leader now, and for whom."""

    person: str
    on_behalf_of: str | None


class RungView(View):
    """A rung that has fired: due when, fired when, who was told and why."""

    milestone: Milestone
    rung: Rung
    due: AwareDatetime
    fired_at: AwareDatetime
    outcome: RungOutcome
    told: tuple[Recipient, ...]


class ScoreDetail(View):
    """A score with its explanation: what it was made from, the arithmetic in words, the answers.

    ``score``, ``policy`` and ``labels`` are enough to compute it again to the last decimal.
    """

    plan_id: str
    stage: Stage
    version: int
    score: Score
    policy: ScoringPolicy
    labels: dict[str, Text]
    explanation: tuple[str, ...]
    recomputes: bool
    scored_at: AwareDatetime
    confirmation: Deadline
    state: AnswerState
    answers: list[AnswerView]
    leaders: list[LeaderView]
    rungs: list[RungView]
