"""I1, I2, I4: every command that was answered took effect once, and no command stays without an answer."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from monthline.audit.facts import Command, Facts, Said, Violation
from services.plans.domain.ledger import ChainedLine

PENDING = 120.0
"""Seconds after which a command must have ended as applied or refused."""
LOST = "stop the plan service, restore the newest backup beside this database and compare the plan's ledger"
DOUBLE = "compare the plan's ledger with its people; cancel the plan if it cannot be continued"
UNANSWERED = "see that plans, workflows and Temporal run; the reconciler sends it again every minute"


def every_ok_has_its_line(facts: Facts) -> Iterator[Violation]:
    """I1: what was answered with success has exactly one ledger line: with that id, plan and move."""
    lines = _Ledger(facts)
    for command in facts.commands:
        wrong = lines.wrong(command.id, command.plan_id or "", command.move)
        if command.status == "applied" and wrong:
            yield Violation(
                _of(command.plan_id), f"command {command.id} was answered with success {wrong}", LOST
            )
    yield from _acknowledged(facts, lines)
    yield from _decisions(facts, lines)
    yield from _progress(facts)


class _Ledger:
    """The lines by their command ids."""

    def __init__(self, facts: Facts) -> None:
        self._lines: defaultdict[str, list[ChainedLine]] = defaultdict(list)
        for line in facts.lines:
            self._lines[line.command_id].append(line)

    def has(self, command_id: str, plan_id: str, move: str) -> bool:
        """Whether a line has this id, plan and move; the plan or move that is not known may be any."""
        return any(
            plan_id in ("", line.plan_id) and move in ("", line.move) for line in self._lines[command_id]
        )

    def wrong(self, command_id: str, plan_id: str, move: str, version: int | None = None) -> str:
        """Why the ledger does not bear out that this was done once; empty when it does."""
        found = self._lines[command_id]
        if len(found) != 1:
            return f"and has {len(found)} ledger lines"
        [line] = found
        if not self.has(command_id, plan_id, move):
            return f"and its ledger line is {line.move} of {line.plan_id}"
        if version is not None and line.version != version:
            return f"as version {version}, its ledger line is version {line.version}"
        return ""


def _acknowledged(facts: Facts, lines: _Ledger) -> Iterator[Violation]:
    """What a driver was told to be done is in the ledger, and the service says so whenever it is asked."""
    rows = _Rows(facts)
    for said in _last(facts, "ok", "move"):
        wrong = lines.wrong(said.id, said.plan, said.move, said.version)
        status = rows.status(said)
        if not wrong and status != "applied":
            wrong = f"and {'no service knows it' if status is None else f'its row says {status}'}"
        if wrong:
            yield Violation(said.plan, f"command {said.id} was acknowledged {wrong}", LOST)


def _decisions(facts: Facts, lines: _Ledger) -> Iterator[Violation]:
    """Whoever decided a round has moved its plan, or is about to: not another plan, not by another move."""
    pending = {(command.id, command.plan_id) for command in facts.commands if command.status == "pending"}
    for round_ in facts.decided:
        moved = lines.has(round_.command_id, round_.plan_id, round_.move)
        if not moved and (round_.command_id, round_.plan_id) not in pending:
            found = f"{round_.move} {round_.command_id} is recorded in review and did not move this plan"
            yield Violation(round_.plan_id, found, "send that decision again with its key")


def _progress(facts: Facts) -> Iterator[Violation]:
    entries = {f"{one.author}:{one.key}": one.count for one in facts.reported}
    for said in _last(facts, "ok", "progress"):
        if entries.get(said.id, 0) != said.entries:
            found = f"progress {said.id} was acknowledged and has {entries.get(said.id, 0)} entries"
            yield Violation(said.plan, f"{found} instead of {said.entries}", LOST)


def no_command_twice(facts: Facts) -> Iterator[Violation]:
    """I2: no command id has two ledger lines, and a plan's version counts its lines without a gap."""
    for command_id, count in Counter(line.command_id for line in facts.lines).items():
        if count > 1:
            yield Violation(command_id, f"{count} ledger lines have this command id", DOUBLE)
    versions = defaultdict(list)
    for line in facts.lines:
        versions[line.plan_id].append(line.version)
    for plan in facts.plans:
        found = sorted(versions[plan.id])
        if found != list(range(1, plan.version + 1)):
            said = f"the row is at version {plan.version}, the ledger has {_shown(found)}"
            yield Violation(plan.id, said, DOUBLE)
    yield from _answers(facts)


def _answers(facts: Facts) -> Iterator[Violation]:
    """Every answer with success to one command names the same version."""
    versions = defaultdict(set)
    for said in facts.driver:
        if said.event == "ok" and said.kind == "move":
            versions[said.id].add(said.version)
    for command_id, found in versions.items():
        if len(found) > 1:
            yield Violation(
                command_id, f"was answered with versions {_shown(sorted(map(str, found)))}", DOUBLE
            )


def every_unknown_ended(facts: Facts) -> Iterator[Violation]:
    """I4: no command waits for its end longer than 2 min, and what has an effect is not called refused."""
    lines = _Ledger(facts)
    for command in facts.commands:
        if command.status == "pending" and command.age > PENDING:
            found = f"command {command.id} in {command.service} is pending for {command.age:.0f} s"
            yield Violation(_of(command.plan_id), found, UNANSWERED)
        if command.status == "refused" and lines.has(command.id, command.plan_id or "", command.move):
            found = f"command {command.id} was refused and is in the ledger"
            yield Violation(_of(command.plan_id), found, DOUBLE)
    yield from _driven(facts, lines)
    yield from _kept(facts)


def _driven(facts: Facts, lines: _Ledger) -> Iterator[Violation]:
    """A driver's unknown commands: each is known to a service, or has never arrived and left nothing."""
    rows = _Rows(facts)
    for said in _last(facts, "unknown", "move"):
        status, done = rows.status(said), lines.has(said.id, said.plan, said.move)
        if status == "pending":
            yield Violation(said.plan, f"command {said.id} has no answer yet", UNANSWERED)
        if status is None and done:
            yield Violation(said.plan, f"command {said.id} is in the ledger and no service knows it", DOUBLE)
    for said in _last(facts, "refused", "move"):
        if lines.has(said.id, said.plan, said.move):
            yield Violation(said.plan, f"command {said.id} was refused and is in the ledger", DOUBLE)


def _kept(facts: Facts) -> Iterator[Violation]:
    """What was answered with 202 stays known to its service, whatever becomes of it."""
    rows = _Rows(facts)
    for said in {said.id: said for said in facts.driver if said.taken}.values():
        if rows.status(said) is None:
            yield Violation(said.plan, f"command {said.id} was taken (202) and no service knows it", LOST)


class _Rows:
    """The rows of commands; an id may be known to several services, when a key was used for two moves."""

    def __init__(self, facts: Facts) -> None:
        self._rows: defaultdict[str, list[Command]] = defaultdict(list)
        for command in facts.commands:
            self._rows[command.id].append(command)

    def status(self, said: Said) -> str | None:
        """What the service says about a driver's command; None when it knows none of that plan and move."""
        for row in self._rows[said.id]:
            if said.plan in ("", row.plan_id) and ("" in (said.move, row.move) or said.move == row.move):
                return row.status
        return None


def _last(facts: Facts, event: str, kind: str) -> Iterator[Said]:
    """The driver's commands whose last word is ``event``; one that was once ok stays ok."""
    last: dict[str, Said] = {}
    for said in facts.driver:
        earlier = last.get(said.id)
        if said.event != "invoke" and not (earlier is not None and earlier.event == "ok"):
            last[said.id] = said
    return (said for said in last.values() if said.event == event and said.kind == kind)


def _of(plan_id: str | None) -> str:
    return plan_id or "no plan"


def _shown(numbers: list[int] | list[str]) -> str:
    return ", ".join(map(str, numbers)) or "none"
