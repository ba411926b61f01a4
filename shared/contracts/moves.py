"""The table of moves (domain section 8): by whom, from where to where, and which service takes them where.

Workflows, services, interfaces, clients and the audit read it here; nobody else lists moves.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared.contracts.words import ENDED, Move, Party, Stage

PLANS: Final = "plans"
REVIEW: Final = "review"
SCORING: Final = "scoring"
COLLECTIONS: Final[Mapping[str, str]] = {PLANS: "plans", REVIEW: "reviews", SCORING: "scores"}
"""Under which collection of its interface each service takes moves."""

LEVELS: Final = (Stage.HR_REVIEW, Stage.LEADER_REVIEW)
"""The review levels of a plan, in their order."""
REVIEW_STAGES: Final = frozenset(LEVELS)
DECIDERS: Final = frozenset({Party.REVIEWER, Party.LEADER, Party.HR})
"""Parties that decide somebody else's plan; nobody is one of them for their own."""


class Phase(StrEnum):
    """Where a moment lies in a plan's month."""

    BEFORE = "before"
    RUNNING = "running"
    CLOSED = "closed"


class From(StrEnum):
    """Several stages at once from which a move may be made."""

    ANY_LEVEL = "any_level"
    ANY_OPEN = "any_open"


class To(StrEnum):
    """A target that depends on the review levels of a plan and on where it stands."""

    FIRST_LEVEL = "first_level"
    NEXT_LEVEL = "next_level"
    EARLIER_LEVELS = "earlier_levels"
    PREVIOUS_LEVEL = "previous_level"
    LAST_LEVEL = "last_level"
    SAME_STAGE = "same_stage"


class Note(StrEnum):
    """Whether people say something with a move."""

    NONE = "none"
    OPTIONAL = "optional"
    REASON = "reason"


Source = Stage | From
Target = Stage | To


@dataclass(frozen=True)
class MoveRule:
    """One move: ``course`` says from where to where, the usual target first.

    ``owner`` is the service that takes the move and judges it; ``does`` says to readers of its interface
    what the move does. ``never`` is the phase of the month in which people may not make it. ``of_draft``
    is set where the sender must have seen the newest draft. ``later`` marks a move of the domain that
    this version knows and does not offer.
    """

    move: Move
    owner: str
    parties: frozenset[Party]
    course: Mapping[Source, tuple[Target, ...]] = field(default_factory=dict)
    does: str = ""
    note: Note = Note.NONE
    never: Phase | None = None
    of_draft: bool = False
    later: bool = False

    @property
    def people(self) -> frozenset[Party]:
        """The parties without time."""
        return self.parties - {Party.SYSTEM}

    @property
    def of_author(self) -> bool:
        """Whether the author alone makes it, of all people."""
        return self.people == {Party.AUTHOR}

    @property
    def of_others(self) -> bool:
        """Whether it decides about somebody else's plan."""
        return bool(self.people) and self.people <= DECIDERS

    @property
    def needs_reason(self) -> bool:
        """Whether people must say why."""
        return self.note is Note.REASON

    def path(self, plan_id: str = "{plan_id}") -> str:
        """The address in its owner's interface, to which the move is posted."""
        return f"/{COLLECTIONS[self.owner]}/{plan_id}/{self.move.replace('_', '-')}"

    def targets(self, stage: Stage, levels: tuple[Stage, ...] = LEVELS) -> tuple[Stage, ...]:
        """Where the move may lead from a stage, the usual place first; nowhere when it is not made there."""
        listed = self.course.get(_source(stage, self.course, levels), ())
        return tuple(place for target in listed for place in _places(target, stage, levels))


def _source(stage: Stage, course: Mapping[Source, object], levels: tuple[Stage, ...]) -> Source:
    """The line of a course that holds for a stage: its own, else that of several stages."""
    if stage in course or stage in ENDED:
        return stage
    return From.ANY_LEVEL if stage in levels and From.ANY_LEVEL in course else From.ANY_OPEN


def _places(target: Target, stage: Stage, levels: tuple[Stage, ...]) -> Iterable[Stage]:
    """The stages that a target means for a plan that stands in ``stage``."""
    if isinstance(target, Stage):
        return (target,)
    earlier = levels[: levels.index(stage)] if stage in levels else levels
    return {
        To.FIRST_LEVEL: levels[:1],
        To.NEXT_LEVEL: (*levels, Stage.TRACKING)[len(earlier) + 1 :][:1],
        To.EARLIER_LEVELS: earlier,
        To.PREVIOUS_LEVEL: earlier[-1:],
        To.LAST_LEVEL: levels[-1:],
        To.SAME_STAGE: (stage,),
    }[target]


_AUTHOR = frozenset({Party.AUTHOR})
_HR = frozenset({Party.HR})
_REVIEWER = frozenset({Party.REVIEWER})
_TIME = frozenset({Party.SYSTEM})

_RULES: Final = (
    MoveRule(Move.OPEN, PLANS, _TIME),
    MoveRule(
        Move.SUBMIT,
        PLANS,
        _AUTHOR,
        {Stage.DRAFTING: (To.FIRST_LEVEL,)},
        does="Submit the draft to HR; refused with every finding when one blocks.",
        never=Phase.CLOSED,
        of_draft=True,
    ),
    MoveRule(
        Move.RECALL,
        PLANS,
        _AUTHOR,
        {From.ANY_LEVEL: (Stage.DRAFTING,)},
        does="Take a submitted plan back while the current step is undecided.",
    ),
    MoveRule(
        Move.RETURN,
        REVIEW,
        _REVIEWER | _TIME,
        {From.ANY_LEVEL: (Stage.DRAFTING, To.EARLIER_LEVELS)},
        does="Return the plan with a reason, to its author or, in the leader's step, to HR.",
        note=Note.REASON,
    ),
    MoveRule(
        Move.APPROVE,
        REVIEW,
        _REVIEWER | _TIME,
        {From.ANY_LEVEL: (To.NEXT_LEVEL,)},
        does="Approve the plan as the version in If-Match shows it; a note is the approval's condition.",
        note=Note.OPTIONAL,
    ),
    MoveRule(
        Move.TAKE_BACK,
        REVIEW,
        _REVIEWER,
        {From.ANY_LEVEL: (To.PREVIOUS_LEVEL,), Stage.TRACKING: (To.LAST_LEVEL,)},
        later=True,
    ),
    MoveRule(
        Move.REASSIGN,
        REVIEW,
        _HR | _REVIEWER,
        {From.ANY_LEVEL: (To.SAME_STAGE,)},
        later=True,
    ),
    MoveRule(
        Move.AMEND,
        PLANS,
        _AUTHOR,
        {Stage.TRACKING: (To.SAME_STAGE,)},
        later=True,
    ),
    MoveRule(
        Move.CLOSE,
        PLANS,
        _AUTHOR | _TIME,
        {Stage.TRACKING: (Stage.CLOSING,), Stage.CLOSING: (Stage.SCORED,)},
        does="End tracking, or, when closing has begun, have the figures frozen and scored.",
        never=Phase.BEFORE,
    ),
    MoveRule(
        Move.CONFIRM,
        SCORING,
        _AUTHOR | {Party.LEADER},
        {Stage.SCORED: (To.SAME_STAGE, Stage.FINAL)},
        does="Confirm a score: as its author, or as the leader, whose note answers a dispute.",
        note=Note.OPTIONAL,
    ),
    MoveRule(
        Move.CALIBRATE,
        SCORING,
        frozenset({Party.LEADER}),
        {Stage.SCORED: (To.SAME_STAGE,)},
        note=Note.REASON,
        later=True,
    ),
    MoveRule(
        Move.DISPUTE,
        SCORING,
        _AUTHOR,
        {Stage.SCORED: (To.SAME_STAGE,)},
        does="Dispute one's own score, once, with a reason, before the window is over.",
        note=Note.REASON,
    ),
    MoveRule(Move.FINALISE, PLANS, _TIME, {Stage.SCORED: (Stage.FINAL,)}),
    MoveRule(
        Move.REOPEN,
        PLANS,
        _HR,
        {Stage.FINAL: (Stage.CLOSING,)},
        note=Note.REASON,
        later=True,
    ),
    MoveRule(
        Move.MARK_MISSING,
        PLANS,
        _TIME,
        {Stage.DRAFTING: (Stage.MISSING,)},
    ),
    MoveRule(
        Move.EXEMPT,
        PLANS,
        _HR,
        {From.ANY_OPEN: (Stage.EXEMPT,)},
        does="End a plan because its author need not have one this month; the note says why.",
        note=Note.REASON,
    ),
    MoveRule(
        Move.CANCEL,
        PLANS,
        _HR,
        {From.ANY_OPEN: (Stage.CANCELLED,)},
        does="End a plan that should not have been opened; the note says why.",
        note=Note.REASON,
    ),
)

TABLE: Final[Mapping[Move, MoveRule]] = {rule.move: rule for rule in _RULES}


def taken_by(owner: str) -> Iterator[MoveRule]:
    """The moves that people send to a service, those that come later among them."""
    return (rule for rule in _RULES if rule.owner == owner and rule.people)
