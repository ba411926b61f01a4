"""What the scoring service promises the workflows, and scores by value."""

from abc import ABC, abstractmethod
from decimal import Decimal

from pydantic import AwareDatetime
from temporalio import activity

from shared.contracts.calendar import Deadline
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command
from shared.contracts.plan import Actual, ClosedPlan, Item
from shared.contracts.rungs import FiredRung, FireRung
from shared.contracts.values import Code, Value
from shared.contracts.words import CompletionRule

SCORING_QUEUE = "scoring"


class ItemLine(Value):
    """The arithmetic of one item. Completion is per cent; nothing here is rounded."""

    item: Item
    actual: Actual
    raw: Decimal | None
    completion: Decimal
    points: Decimal
    remark: str = ""


class CategoryLine(Value):
    """The arithmetic of one category: share × completion = points, unrounded."""

    category: Code
    rule: CompletionRule
    cap: Decimal
    share: Decimal
    completion: Decimal
    points: Decimal
    items: tuple[ItemLine, ...]


class Score(Value):
    """A score with everything it was made from; ``total`` is rounded once, half up, to 2 decimals."""

    plan: PlanRef
    version: int
    formula_version: int
    policy_version: int
    lines: tuple[CategoryLine, ...]
    exact: Decimal
    total: Decimal
    band: Code
    provisional: tuple[str, ...] = ()


class ScorePlan(Value):
    """Frozen figures to be scored; the same plan version scored twice is one score."""

    command_id: str
    closed: ClosedPlan
    plan_version: int
    confirmation: Deadline


class Points(Value):
    """What a plan has reached: its points, and the band they are in."""

    total: Decimal
    band: Code


class Scored(Value):
    """The score in short."""

    version: int
    total: Decimal
    band: Code


class AnswerScore(Value):
    """A confirmation by leader or author, or the author's dispute, as given by the command."""

    command: Command
    plan_version: int
    window_until: AwareDatetime


class AnswerRecorded(Value):
    """Where the score stands after an answer, and for whom it was given.

    ``disputed`` says that a dispute waits for the leader; ``leader_confirmed`` that the leader stands
    by the score: a confirmation from before a dispute no longer counts, its answer does.
    """

    command_id: str
    disputed: bool
    author_confirmed: bool
    leader_confirmed: bool
    on_behalf_of: Code | None = None


class ScoringActivities(ABC):
    """Carried out on ``SCORING_QUEUE``; every one answers the same to the same command id."""

    @activity.defn(name="scoring.score")
    @abstractmethod
    async def score(self, request: ScorePlan) -> Scored:
        """Score the frozen figures under the newest policy and keep the explanation."""

    @activity.defn(name="scoring.record_answer")
    @abstractmethod
    async def record_answer(self, request: AnswerScore) -> AnswerRecorded:
        """Record a confirmation or a dispute; refused when its giver may not, or has done so."""

    @activity.defn(name="scoring.fire_rung")
    @abstractmethod
    async def fire_rung(self, request: FireRung) -> FiredRung:
        """Record a rung of a score's deadline and name its recipients, resolved now."""
