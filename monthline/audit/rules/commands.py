"""I1, I2, I4: every command that was answered took effect once, and no command stays without an answer."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from monthline.audit.facts import Facts, Said, Violation

PENDING = 120.0
"""Seconds after which a command must have ended as applied or refused."""
LOST = "stop the plan service, restore the newest backup beside this database and compare the plan's ledger"
DOUBLE = "compare the plan's ledger with its people; cancel the plan if it cannot be continued"
UNANSWERED = "see that plans, workflows and Temporal run; the reconciler sends it again every minute"


def every_ok_has_its_line(facts: Facts) -> Iterator[Violation]:
    """I1: what was answered with success has exactly one ledger line with that command id."""
    lines = Counter(line.command_id for line in facts.lines)
    for command in facts.commands:
        if command.status == "applied" and lines[command.id] != 1:
            yield Violation(_of(command.plan_id), _counted(command.id, "answered", lines[command.id]), LOST)
    known = {command.id for command in facts.commands}
    for said in _last(facts, "ok", "move"):
        if lines[said.id] != 1 and said.id not in known:
            yield Violation(said.plan, _counted(said.id, "acknowledged", lines[said.id]), LOST)
    yield from _decisions(facts, lines)
    yield from _progress(facts)


def _decisions(facts: Facts, lines: Counter[str]) -> Iterator[Violation]:
    pending = {command.id for command in facts.commands if command.status == "pending"}
    for round_ in facts.decided:
        if not lines[round_.command_id] and round_.command_id not in pending:
            found = f"{round_.move} {round_.command_id} is recorded in review and moved nothing"
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
    lines = {line.command_id for line in facts.lines}
    for command in facts.commands:
        if command.status == "pending" and command.age > PENDING:
            found = f"command {command.id} in {command.service} is pending for {command.age:.0f} s"
            yield Violation(_of(command.plan_id), found, UNANSWERED)
        if command.status == "refused" and command.id in lines:
            found = f"command {command.id} was refused and is in the ledger"
            yield Violation(_of(command.plan_id), found, DOUBLE)
    yield from _driven(facts, lines)


def _driven(facts: Facts, lines: set[str]) -> Iterator[Violation]:
    """A driver's unknown commands: each is known to a service, or has never arrived and left nothing."""
    status = {command.id: command.status for command in facts.commands}
    for said in _last(facts, "unknown", "move"):
        if status.get(said.id) == "pending":
            yield Violation(said.plan, f"command {said.id} has no answer yet", UNANSWERED)
        if said.id not in status and said.id in lines:
            yield Violation(said.plan, f"command {said.id} is in the ledger and no service knows it", DOUBLE)
    for said in _last(facts, "refused", "move"):
        if said.id in lines:
            yield Violation(said.plan, f"command {said.id} was refused and is in the ledger", DOUBLE)


def _last(facts: Facts, event: str, kind: str) -> Iterator[Said]:
    """The driver's commands whose last word is ``event``; one that was once ok stays ok."""
    last: dict[str, Said] = {}
    for said in facts.driver:
        earlier = last.get(said.id)
        if said.event != "invoke" and not (earlier is not None and earlier.event == "ok"):
            last[said.id] = said
    return (said for said in last.values() if said.event == event and said.kind == kind)


def _counted(command_id: str, how: str, count: int) -> str:
    return f"command {command_id} was {how} with success and has {count} ledger lines"


def _of(plan_id: str | None) -> str:
    return plan_id or "no plan"


def _shown(numbers: list[int] | list[str]) -> str:
    return ", ".join(map(str, numbers)) or "none"
