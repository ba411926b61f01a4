"""What the demo reads in the services' answers; fields it has no use for are left out."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from shared.contracts.ids import parse_plan_id
from shared.contracts.words import Milestone, Move, Rung, RungOutcome, Stage


class View(BaseModel):
    """An answer, read leniently: a service may say more than the demo needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PlanView(View):
    """A plan as lists and single reads show it."""

    id: str
    person: str
    department: str
    stage: Stage
    version: int
    content_version: int
    revision: int


class LedgerLine(View):
    """One move of a plan."""

    version: int
    command_id: str
    move: Move
    actor: str
    on_behalf_of: str | None
    from_stage: Stage | None
    to_stage: Stage
    at: AwareDatetime
    note: str


class WaitingItem(View):
    """A review that waits for the caller."""

    plan_id: str
    stage: Stage
    revision: int
    version: int
    on_behalf_of: str | None

    @property
    def author(self) -> str:
        """Whose plan it is."""
        return parse_plan_id(self.plan_id).person


def _persons(told: list[Any]) -> tuple[str, ...]:
    return tuple(each["person"] if isinstance(each, dict) else each for each in told)


Persons = Annotated[
    tuple[str, ...],
    BeforeValidator(_persons),
    Field(validation_alias=AliasChoices("told", "recipients")),
]
"""Who was told, however a service names them."""


class FiredRung(View):
    """A rung that has fired, for the plan's ``version`` where its owner tells it; times are the clock's."""

    milestone: Milestone
    rung: Rung
    version: int = 0
    due: AwareDatetime
    fired_at: AwareDatetime
    outcome: RungOutcome
    told: Persons


class ReviewView(View):
    """The course of a plan's review."""

    plan_id: str
    rungs: tuple[FiredRung, ...] = ()


class Total(View):
    """A score's number and band."""

    total: Decimal
    band: str


class Answers(View):
    """Who has said what about a score; the fields hold person ids."""

    author_confirmed_by: str | None
    leader_confirmed_by: str | None
    disputed_by: str | None
    dispute_answered_by: str | None
    dispute_open: bool


class ScoreLine(View):
    """A line of the list of scores; ``version`` is the plan's."""

    plan_id: str
    author: str
    department: str
    stage: Stage
    version: int
    answers: Answers


class ScoreView(View):
    """A score, what has been said about it, and whether its explanation gives it again."""

    plan_id: str
    score: Total
    state: Answers
    recomputes: bool
    rungs: tuple[FiredRung, ...]


class MessageView(View):
    """A message in somebody's inbox."""

    reason: str


class DeliveryView(View):
    """A mail or webhook call; ``target`` is a person or a webhook."""

    channel: str
    target: str
    subject: str
    state: str
    last_error: str | None
