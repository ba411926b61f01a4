"""I3, I10: each ledger is a legal path, in an unbroken chain."""

from collections import defaultdict
from collections.abc import Iterator

from monthline.audit.facts import Facts, Plan, Violation
from services.plans.domain.ledger import ChainedLine, first_broken
from shared.contracts.moves import TABLE
from shared.contracts.words import Move, Stage

WRITTEN = "find out who writes to the schema plans beside the service; restore the plan's rows from a backup"


def by_plan(facts: Facts) -> dict[str, list[ChainedLine]]:
    """The lines of each plan, in the order of their versions."""
    lines = defaultdict(list)
    for line in sorted(facts.lines, key=lambda line: line.version):
        lines[line.plan_id].append(line)
    return lines


def ledgers_are_legal_paths(facts: Facts) -> Iterator[Violation]:
    """I3: every line follows from the one before by the table of moves, and the row is where they end."""
    lines = by_plan(facts)
    for plan in facts.plans:
        yield from _path(plan, lines[plan.id])
    known = {plan.id for plan in facts.plans}
    for plan_id in sorted(lines.keys() - known):
        yield Violation(plan_id, "the ledger speaks of a plan that has no row", WRITTEN)
    yield from _refusals(facts)


def _path(plan: Plan, lines: list[ChainedLine]) -> Iterator[Violation]:
    here: Stage | None = None
    for line in lines:
        wrong = _illegal(line, here)
        if wrong:
            yield Violation(plan.id, f"version {line.version}: {wrong}", WRITTEN)
        here = line.to_stage
    if here is not plan.stage:
        yield Violation(plan.id, f"the row is in {plan.stage}, the ledger ends in {here}", WRITTEN)


def _illegal(line: ChainedLine, here: Stage | None) -> str:
    if line.from_stage is not here:
        return f"{line.move} from {line.from_stage}, but the plan was in {here}"
    if here is None:
        return "" if (line.move, line.to_stage) == (Move.OPEN, Stage.DRAFTING) else "does not begin with open"
    if line.to_stage not in TABLE[line.move].targets(here):
        return f"{line.move} does not lead from {here} to {line.to_stage}"
    return ""


def _refusals(facts: Facts) -> Iterator[Violation]:
    """A refused command has left nothing: no line, no decided round."""
    decided = {(round_.command_id, round_.plan_id) for round_ in facts.decided}
    lines = {(line.command_id, line.plan_id) for line in facts.lines}
    for command in facts.commands:
        own = (command.id, command.plan_id or "")
        if command.status == "refused" and own in decided and own not in lines:
            found = f"command {command.id} was refused and decided a round all the same"
            yield Violation(own[1], found, "have HR end the plan or decide it again")


def chains_are_unbroken(facts: Facts) -> Iterator[Violation]:
    """I10: the hashes of each ledger hold, up to the one that the row keeps."""
    lines = by_plan(facts)
    for plan in facts.plans:
        own = lines[plan.id]
        broken = first_broken(own)
        if broken is not None:
            yield Violation(plan.id, f"the chain breaks at version {broken}: that line was changed", WRITTEN)
        elif own and own[-1].hash != plan.ledger_hash:
            yield Violation(plan.id, "the ledger's last hash is not the one in the row", WRITTEN)
