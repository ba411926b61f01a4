"""What the rules of an audit look at: rows as values, with defaults for what does not matter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from services.plans.domain.ledger import ChainedLine
from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import LifecycleInput
from shared.contracts.organisation import Absence, Delegation, Department, Person
from shared.contracts.words import Milestone, Rung, Stage

COPYING = ("review", "scoring")
"""The services that keep a copy of where each plan stands."""
NUMBER = re.compile(r"(?<![\w:.-])\d+(\.\d+)?(?![\w:-])")
"""A number that stands alone; those in ids, such as ``m0041`` or ``2026-12``, do not."""
Notice = tuple[str, str]
"""A recipient and the reason for which they are told."""


@dataclass(frozen=True)
class Plan:
    """A plan's row."""

    id: str
    person: str
    stage: Stage
    version: int
    deadline: Deadline | None = None
    ledger_hash: str = ""
    department: str = ""


@dataclass(frozen=True)
class Change:
    """A change of the organisation: the kind and id of the record, and the event that told it."""

    kind: str
    id: str
    event_id: str
    at: datetime


@dataclass(frozen=True)
class Command:
    """A command as a service's API noted it."""

    service: str
    id: str
    plan_id: str | None
    status: str
    answer: Mapping[str, Any] | None
    age: float
    """Seconds since it was received."""
    move: str = ""


@dataclass(frozen=True)
class Decided:
    """A review round that somebody decided."""

    plan_id: str
    command_id: str
    move: str
    actor: str
    on_behalf_of: str | None


@dataclass(frozen=True)
class OutboxMessage:
    """An event in an outbox; ``age`` is in seconds since it was written.

    ``plan_id`` and ``version`` are given for the event of a move: the plan, and its version after it.
    """

    service: str
    id: str
    subject: str
    published: bool
    age: float
    notices: tuple[Notice, ...] = ()
    plan_id: str = ""
    version: int = 0


@dataclass(frozen=True)
class DeadLetter:
    """A message a consumer gave up on and nobody has replayed."""

    service: str
    id: int
    consumer: str
    event_id: str
    subject: str
    error: str


@dataclass(frozen=True)
class SkippedEvent:
    """An event that a consumer of an older version has skipped and nobody has replayed."""

    service: str
    consumer: str
    event_id: str
    subject: str


@dataclass(frozen=True)
class Fired:
    """A rung on record, whoever owns its step; both instants are the clock's."""

    service: str
    plan_id: str
    milestone: Milestone
    plan_version: int
    rung: Rung
    due: datetime
    fired_at: datetime


@dataclass(frozen=True)
class Delivery:
    """A mail or call; ``waits`` is for how many seconds its next attempt has been due.

    ``age`` is in seconds since it was queued.
    """

    id: int
    channel: str
    state: str
    attempts: int
    waits: float
    age: float = 0.0


@dataclass(frozen=True)
class Copy:
    """Where a plan stands as another service was told."""

    service: str
    plan_id: str
    stage: Stage
    version: int


@dataclass(frozen=True)
class Reported:
    """The progress entries under one idempotency key."""

    author: str
    key: str
    count: int


@dataclass(frozen=True)
class Lifecycle:
    """A running workflow of a plan; no version when it did not answer.

    ``task_attempt`` counts the tries of its waiting workflow task, ``activity_attempts`` those of its
    most tried activity. ``shown`` has the texts that the engine shows of it to whoever may list lifecycles.
    """

    plan_id: str
    stage: Stage | None = None
    version: int | None = None
    task_attempt: int = 0
    activity_attempts: int = 0
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consumer:
    """A durable consumer of the stream: what it listens to, what it has not taken or acknowledged."""

    name: str
    subjects: tuple[str, ...]
    pending: int = 0
    unacknowledged: int = 0

    @property
    def service(self) -> str:
        """The service it works for."""
        return self.name.partition("-")[0]


@dataclass(frozen=True)
class Sessions:
    """The database sessions of one service's role; seconds for the longest of each kind."""

    service: str
    count: int
    longest_statement: float = 0.0
    longest_idle_in_transaction: float = 0.0


@dataclass(frozen=True)
class Said:
    """One line of a driver's log; ``id`` is the command id, ``seconds`` how long the call took.

    ``taken`` is set where an unknown command was answered with 202: a service has promised to keep it,
    unlike one whose connection was lost.
    """

    event: Literal["invoke", "ok", "refused", "unknown"]
    id: str
    kind: Literal["move", "progress"] = "move"
    plan: str = ""
    version: int | None = None
    seconds: float = 0.0
    entries: int = 1
    move: str = ""
    taken: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything that was read, at about one instant; ``now`` is the database's clock.

    ``taken`` has the ids of the events that each consumer has in its inbox, ``told`` how many messages
    somebody has for one reason. ``given`` has what the lifecycle of each plan was started with.
    ``listeners`` has the durables that the services declare, with their subjects; ``consumers`` are those
    that the stream has. People, departments, delegations and absences are the directory's own;
    ``heard`` has, for the consumers that keep a copy of them, when each event was taken.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    plans: tuple[Plan, ...] = ()
    lines: tuple[ChainedLine, ...] = ()
    commands: tuple[Command, ...] = ()
    decided: tuple[Decided, ...] = ()
    reported: tuple[Reported, ...] = ()
    letters: tuple[OutboxMessage, ...] = ()
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    dead: tuple[DeadLetter, ...] = ()
    skipped: tuple[SkippedEvent, ...] = ()
    told: Mapping[Notice, int] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    copies: tuple[Copy, ...] = ()
    fired: tuple[Fired, ...] = ()
    people: tuple[Person, ...] = ()
    departments: tuple[Department, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    absences: tuple[Absence, ...] = ()
    changes: tuple[Change, ...] = ()
    heard: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    lifecycles: tuple[Lifecycle, ...] = ()
    given: Mapping[str, LifecycleInput] = field(default_factory=dict)
    consumers: tuple[Consumer, ...] = ()
    listeners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sessions: tuple[Sessions, ...] = ()
    connections: tuple[int, int] = (0, 1)
    """How many connections the server has, and how many it allows."""
    driver: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Violation:
    """One thing that breaks an invariant: about which plan, command or message, and what to do.

    ``sign`` says the same as ``found`` where that changes while the violation lasts.
    """

    about: str
    found: str
    fix: str
    sign: str = ""

    @property
    def name(self) -> str:
        """What stays the same while it lasts: ids stay, ages, counts and versions do not."""
        return f"{self.about}: {self.sign or NUMBER.sub('#', self.found)}"
