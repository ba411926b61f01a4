"""Owns the checks of what came of every plan, against what the company's own files lead to."""

from collections import Counter
from collections.abc import Iterator, Sequence

from monthline.company.story import Part, Submitting
from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.expectations import Expected
from monthline.demo.outcome import PlanOutcome
from monthline.demo.views import LedgerLine
from shared.contracts.plan import Finding
from shared.contracts.words import SYSTEM, Move, Severity, Stage


async def opened(evidence: Evidence) -> list[str]:
    """Who should write a plan has exactly one, nobody else has any."""
    wanted = {each.person for each in evidence.expected()}
    found = set(evidence.outcome.plans)
    missing = [f"{person}: no plan was opened" for person in sorted(wanted - found)]
    return missing + [f"{person}: should write no plan" for person in sorted(found - wanted)]


async def paths(evidence: Evidence) -> list[str]:
    """Every plan has been in the stages that its story leads through, in that order."""
    return [
        f"{wanted.person}: went {_arrows(found.path)} instead of {_arrows(wanted.stages)}"
        for wanted, found in evidence.plans()
        if found.path != wanted.stages
    ]


def _arrows(stages: tuple[Stage, ...]) -> str:
    return " → ".join(stages)


async def revisions(evidence: Evidence) -> list[str]:
    """Every submission has been kept as a revision of its own."""
    return [
        f"{wanted.person}: {found.plan.revision} revisions instead of {wanted.revisions}"
        for wanted, found in evidence.plans()
        if found.plan.revision != wanted.revisions
    ]


async def scores(evidence: Evidence) -> list[str]:
    """The scores are those the story names, and every plan that was closed has one."""
    return [line for wanted, found in evidence.plans() for line in _score(wanted, found)]


def _score(wanted: Expected, found: PlanOutcome) -> Iterator[str]:
    if Stage.SCORED in wanted.stages and found.score is None:
        yield f"{wanted.person}: has no score"
    elif found.score is not None and wanted.score not in (None, found.score.score.total):
        yield f"{wanted.person}: scored {found.score.score.total} instead of {wanted.score}"


async def explanations(evidence: Evidence) -> list[str]:
    """Every score follows from its own explanation."""
    return [
        f"{person}: the explanation gives another score"
        for person, found in evidence.outcome.plans.items()
        if found.score is not None and not found.score.recomputes
    ]


async def findings(evidence: Evidence) -> list[str]:
    """The linter marks in every first draft what the story names, and blocks none that was accepted."""
    wrong = []
    for wanted, found in evidence.plans():
        plan = evidence.company.plan_of(wanted.person, evidence.month)
        part = evidence.company.story.part(wanted.person)
        if plan is None or not (part.findings or part.submit is Submitting.PASSES):
            continue
        marked = await evidence.client(wanted.person).check(found.plan.id, plan.content)
        wrong += [f"{wanted.person}: {what}" for what in _marks(part, marked)]
    return wrong


def _marks(part: Part, marked: Sequence[Finding]) -> Iterator[str]:
    """How the linter's findings depart from a story."""
    missing = Counter(part.findings) - Counter(finding.code for finding in marked)
    blocks = {finding.code for finding in marked if finding.severity is Severity.BLOCK}
    if missing:
        yield f"not marked with {', '.join(missing.elements())}"
    if blocks and part.submit is Submitting.PASSES:
        yield f"the draft is blocked by {', '.join(sorted(blocks))}, although it was accepted"


async def escalations(evidence: Evidence) -> list[str]:
    """Where somebody stalled, leadership was told."""
    return [
        f"{wanted.person}: leadership was not told of {milestone}"
        for wanted, found in evidence.plans()
        for milestone in sorted(wanted.escalated - {rung.milestone for rung in found.escalations})
    ]


async def delegates(evidence: Evidence) -> list[str]:
    """What a delegate decided is recorded as done on behalf of the giver, who had delegated it."""
    pairs = {(delegation.giver, delegation.taker) for delegation in evidence.company.delegations}
    wrong = []
    for wanted, found in evidence.plans():
        for step in sorted(wanted.delegated):
            approvals = [line for line in found.decisions if line.from_stage is step]
            if not any((line.on_behalf_of, line.actor) in pairs for line in approvals):
                wrong.append(f"{wanted.person}: nobody decided {step} on behalf of somebody else")
    return wrong


async def own_plans(evidence: Evidence) -> list[str]:
    """Nobody has decided their own plan, neither themself nor through somebody else."""
    return [
        f"{person}: decided their own plan in {line.from_stage}"
        for person, found in evidence.outcome.plans.items()
        for line in found.decisions
        if person in (line.actor, line.on_behalf_of)
    ]


async def missing(evidence: Evidence) -> list[str]:
    """Who never submitted has been marked missing by time, by nobody else."""
    return [
        f"{wanted.person}: marked missing by {_last(found).actor}"
        for wanted, found in evidence.plans()
        if wanted.end is Stage.MISSING
        and (_last(found).move, _last(found).actor) != (Move.MARK_MISSING, SYSTEM)
    ]


def _last(found: PlanOutcome) -> LedgerLine:
    return found.ledger[-1]


async def disputes(evidence: Evidence) -> list[str]:
    """Every dispute of the story is on record and was answered by somebody else."""
    wrong = []
    for wanted, found in evidence.plans():
        state = found.score.state if found.score else None
        if not wanted.disputed:
            continue
        if state is None or state.disputed_by != wanted.person:
            wrong.append(f"{wanted.person}: no dispute is on record")
        elif state.dispute_answered_by in (None, wanted.person):
            wrong.append(f"{wanted.person}: the dispute was not answered by somebody else")
    return wrong


async def ledgers(evidence: Evidence) -> list[str]:
    """Every ledger counts its moves without a gap, up to the plan's version."""
    return [
        f"{person}: the plan is at {found.plan.version}, its ledger has {len(found.ledger)} moves"
        for person, found in evidence.outcome.plans.items()
        if [line.version for line in found.ledger] != list(range(1, found.plan.version + 1))
    ]


async def mishaps(evidence: Evidence) -> list[str]:
    """Everybody could do what their story tells."""
    return [f"{mishap.person}: {mishap.what}" for mishap in evidence.played.memory.mishaps]


PLAN_CHECKS = (
    Check("demo.check.opened", opened),
    Check("demo.check.paths", paths),
    Check("demo.check.revisions", revisions),
    Check("demo.check.findings", findings),
    Check("demo.check.scores", scores),
    Check("demo.check.explanations", explanations),
    Check("demo.check.escalations", escalations),
    Check("demo.check.delegates", delegates),
    Check("demo.check.own_plans", own_plans),
    Check("demo.check.missing", missing),
    Check("demo.check.disputes", disputes),
    Check("demo.check.ledgers", ledgers),
    Check("demo.check.mishaps", mishaps),
)
