"""How a trial month departs from the straight way: story.yaml, as data.

Who is not named goes straight through: submits once, is approved by HR and by the leader as soon as the plan
waits for them, reports what the plan file says, lets time close the month and confirms the score.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from monthline.company.documents import read_document
from monthline.company.problems import Problem, Source
from monthline.company.wording import build
from shared.contracts.plan import FindingCode
from shared.contracts.values import Code, Reason, Value, unfit

STORY = "story.yaml"

PlanName = Annotated[str, StringConstraints(pattern=r"^plans/[\w.-]+\.ya?ml$")]
"""The name of a file in plans/."""


class Submitting(StrEnum):
    """What comes of the author's first submission."""

    PASSES = "passes"
    REFUSED = "refused"
    NEVER = "never"


class Reviewing(StrEnum):
    """What a reviewer does with a plan that waits for them.

    ``stall`` does nothing until leadership has been told, then approves; ``delegate`` leaves the approval to
    the person they have delegated to.
    """

    APPROVE = "approve"
    STALL = "stall"
    DELEGATE = "delegate"


class Closing(StrEnum):
    """What ends the tracking of a plan: the month, or its author before that."""

    TIME = "time"
    AUTHOR = "author"


class Returned(Value):
    """The reviewer returns the first submission for this reason and approves the next."""

    reason: Annotated[Reason, Field(alias="return")]


class Part(Value):
    """How one person's month goes.

    ``findings`` are the codes that the linter must mark the plan with as first written, among others;
    ``resubmit`` is the file that is submitted in the place of what was refused, returned or recalled;
    ``recall`` takes the plan back once while HR has it; ``dispute`` and ``answer`` are what author and leader
    say about the score; ``score`` is what it must be.
    """

    submit: Submitting = Submitting.PASSES
    findings: tuple[FindingCode, ...] = ()
    recall: bool = False
    hr: Reviewing | Returned = Reviewing.APPROVE
    leader: Reviewing | Returned = Reviewing.APPROVE
    resubmit: PlanName | None = None
    close: Closing = Closing.TIME
    dispute: Reason | None = None
    answer: Reason | None = None
    score: Annotated[Decimal, Field(ge=0, decimal_places=2, allow_inf_nan=False)] | None = None

    @property
    def sent_back(self) -> bool:
        """Whether the first version is refused or returned."""
        returned = isinstance(self.hr, Returned) or isinstance(self.leader, Returned)
        return returned or self.submit is Submitting.REFUSED

    @model_validator(mode="after")
    def _holds_together(self) -> "Part":
        if self.submit is Submitting.NEVER and self.model_fields_set - {"submit", "findings"}:
            raise unfit("never_submits_and_more")
        if self.sent_back and self.resubmit is None:
            raise unfit("resubmit_missing")
        if self.resubmit is not None and not (self.sent_back or self.recall):
            raise unfit("resubmit_needless")
        if self.answer is not None and self.dispute is None:
            raise unfit("answer_without_dispute")
        return self


EVERYTHING = "all"


class Story(Value):
    """The parts of those who depart from the straight way, by person.

    ``sees`` says of whom everybody sees the plan beside their own, who is not named of nobody; without it
    the story does not tell.
    """

    people: Mapping[Code, Part] = Field(default_factory=dict)
    sees: Mapping[Code, tuple[Code, ...] | Literal["all"]] | None = None

    def part(self, person: str) -> Part:
        """The person's part."""
        return self.people.get(person, Part())

    def seen_by(self, person: str, authors: Collection[str]) -> frozenset[str] | None:
        """The authors whose plans the person must see, and no others; None when the story does not tell."""
        if self.sees is None:
            return None
        named = self.sees.get(person, ())
        return frozenset(authors if named == EVERYTHING else {person, *named}) & frozenset(authors)

    @property
    def later_files(self) -> frozenset[str]:
        """The plan files that are not what their author submits first."""
        return frozenset(part.resubmit for part in self.people.values() if part.resubmit)


def read_story(files: Mapping[str, bytes], found: list[Problem]) -> tuple[Story, Source | None] | None:
    """The story and where it is written, the straight way without one; None when it cannot be read."""
    if STORY not in files:
        return Story(), None
    document = read_document(STORY, files[STORY], found)
    story = None if document is None else build(Story, document.data(), document, found)
    return None if story is None else (story, document)
