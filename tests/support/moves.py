"""The table of moves as domain section 8 gives it, written out by hand: what the code is compared with."""

from dataclasses import dataclass, field

from shared.contracts.lifecycle import Command
from shared.contracts.words import Move, Party, Stage

OPEN = ("drafting", "hr_review", "leader_review", "tracking", "closing", "scored")
ENDS = ("final", "missing", "exempt", "cancelled")

# move, party, from: to (the first where none is asked for).
ALLOWED = {
    ("submit", "author", "drafting"): ("hr_review",),
    ("recall", "author", "hr_review"): ("drafting",),
    ("recall", "author", "leader_review"): ("drafting",),
    ("return", "reviewer", "hr_review"): ("drafting",),
    ("return", "reviewer", "leader_review"): ("drafting", "hr_review"),
    ("return", "system", "hr_review"): ("drafting",),
    ("return", "system", "leader_review"): ("drafting", "hr_review"),
    ("approve", "reviewer", "hr_review"): ("leader_review",),
    ("approve", "reviewer", "leader_review"): ("tracking",),
    ("approve", "system", "hr_review"): ("leader_review",),
    ("approve", "system", "leader_review"): ("tracking",),
    ("close", "author", "tracking"): ("closing",),
    ("close", "author", "closing"): ("scored",),
    ("close", "system", "tracking"): ("closing",),
    ("close", "system", "closing"): ("scored",),
    ("confirm", "author", "scored"): ("scored", "final"),
    ("confirm", "leader", "scored"): ("scored", "final"),
    ("dispute", "author", "scored"): ("scored",),
    ("finalise", "system", "scored"): ("final",),
    ("mark_missing", "system", "drafting"): ("missing",),
    ("exempt", "hr", "drafting"): ("exempt",),
    ("exempt", "hr", "hr_review"): ("exempt",),
    ("exempt", "hr", "leader_review"): ("exempt",),
    ("exempt", "hr", "tracking"): ("exempt",),
    ("exempt", "hr", "closing"): ("exempt",),
    ("exempt", "hr", "scored"): ("exempt",),
    ("cancel", "hr", "drafting"): ("cancelled",),
    ("cancel", "hr", "hr_review"): ("cancelled",),
    ("cancel", "hr", "leader_review"): ("cancelled",),
    ("cancel", "hr", "tracking"): ("cancelled",),
    ("cancel", "hr", "closing"): ("cancelled",),
    ("cancel", "hr", "scored"): ("cancelled",),
}

ROUTES = {
    "submit": ("plans", "/plans/{plan_id}/submit"),
    "recall": ("plans", "/plans/{plan_id}/recall"),
    "close": ("plans", "/plans/{plan_id}/close"),
    "exempt": ("plans", "/plans/{plan_id}/exempt"),
    "cancel": ("plans", "/plans/{plan_id}/cancel"),
    "amend": ("plans", "/plans/{plan_id}/amend"),
    "reopen": ("plans", "/plans/{plan_id}/reopen"),
    "approve": ("review", "/reviews/{plan_id}/approve"),
    "return": ("review", "/reviews/{plan_id}/return"),
    "take_back": ("review", "/reviews/{plan_id}/take-back"),
    "reassign": ("review", "/reviews/{plan_id}/reassign"),
    "confirm": ("scoring", "/scores/{plan_id}/confirm"),
    "dispute": ("scoring", "/scores/{plan_id}/dispute"),
    "calibrate": ("scoring", "/scores/{plan_id}/calibrate"),
}
"""Which service takes a move that people make, and to which address it is posted."""

LATER = {"take_back", "reassign", "amend", "calibrate", "reopen"}
"""Moves of the domain that this version refuses as not available."""

WITH_NOTE = {"approve", "confirm", "return", "dispute", "exempt", "cancel"}
"""Moves with which people say something, or must."""

NEEDS_REASON = {"return", "dispute", "exempt", "cancel"}
JUDGES = {"reviewer", "leader", "hr"}
"""Parties that decide another's plan and never their own."""


def targets(move: Move, party: Party, stage: Stage) -> tuple[str, ...]:
    """Where this party may take a plan by this move; nowhere when the table does not list it."""
    return ALLOWED.get((move.value, party.value, stage.value), ())


def people(move: str, stage: Stage) -> frozenset[str]:
    """The parties of people who may make the move from this stage."""
    listed = {party for made, party, source in ALLOWED if (made, source) == (move, stage.value)}
    return frozenset(listed - {"system"})


def known(move: Move, stage: Stage) -> bool:
    """Whether anybody may make the move from this stage."""
    return any((move.value, party.value, stage.value) in ALLOWED for party in Party)


def verdict(move: Move, party: Party, stage: Stage) -> str:
    """What becomes of a complete and current command: the stage it leads to, or its refusal's code."""
    if move.value in LATER:
        return "move.not_available"
    if not known(move, stage):
        return "move.wrong_stage"
    found = targets(move, party, stage)
    return found[0] if found else "move.not_yours"


@dataclass
class Model:
    """A plan as the written table moves it: what any lifecycle of it must agree with."""

    author: str
    stage: Stage = Stage.DRAFTING
    version: int = 1
    last: tuple[str, str] | None = None
    confirmed: set[str] = field(default_factory=set)
    disputed: bool = False
    answering: bool = False

    def answer(self, wish: Command) -> str:
        """The stage to which the command takes the plan, or the code with which it is refused."""
        move, party, stage = wish.move.value, wish.party.value, self.stage.value
        if move in LATER:
            return "move.not_available"
        if wish.expected_version != self.version:
            beaten = self.last is not None and wish.expected_version == self.version - 1
            return "move.already_decided" if beaten else "version.stale"
        if not known(wish.move, self.stage):
            return "move.wrong_stage"
        impostor = (party == "author" and wish.actor != self.author) or (
            (party == "system") != (wish.actor == "system")
        )
        if (move, party, stage) not in ALLOWED or impostor:
            return "move.not_yours"
        return self._complete(wish, ALLOWED[move, party, stage])

    def _complete(self, wish: Command, possible: tuple[str, ...]) -> str:
        if wish.party.value in JUDGES and self.author in (wish.actor, wish.on_behalf_of):
            return "move.own_plan"
        if wish.move.value in NEEDS_REASON and wish.party is not Party.SYSTEM and not wish.note:
            return "move.reason_missing"
        if wish.to is not None and wish.to.value not in possible:
            return "move.target_wrong"
        return wish.to.value if wish.to else possible[0]

    def accept(self, wish: Command) -> None:
        """Move the plan by a command that is not refused."""
        self.stage = Stage(self._scored(wish) if self.stage is Stage.SCORED else self.answer(wish))
        self.version += 1
        self.last = None if wish.actor == "system" else (wish.move.value, wish.actor)

    def _scored(self, wish: Command) -> str:
        """A score is final when leader and author have confirmed, or the leader answered the dispute."""
        if wish.move is Move.DISPUTE:
            self.confirmed, self.disputed, self.answering = set(), True, True
        if wish.move is not Move.CONFIRM:
            return self.answer(wish)
        self.confirmed.add(wish.party.value)
        self.disputed = self.disputed and "leader" not in self.confirmed
        enough = {"leader"} if self.answering else {"leader", "author"}
        return "final" if enough <= self.confirmed and not self.disputed else "scored"
