"""I9: whoever made a move might make it: by the table of moves, and by the organisation at that moment."""

from collections.abc import Iterator

from monthline.audit.facts import Facts, Plan, Violation
from monthline.audit.office import Concerned, Office
from services.plans.domain.ledger import ChainedLine
from services.review.domain.approvers import STEP_OF, Question, principals
from services.scoring.domain.leaders import STEPS
from shared.contracts.ids import parse_plan_id
from shared.contracts.moves import PLANS, REVIEW, TABLE
from shared.contracts.words import SYSTEM, Milestone, Party
from shared.org.access import Action, PlanFacts, Principal, may
from shared.org.organisation import Organisation

RIGHTS = "ask both people; end the plan as HR if the decision was not theirs"
DECISIONS = frozenset(move for move, rule in TABLE.items() if rule.of_others)
ENDING = frozenset(move for move in DECISIONS if TABLE[move].owner == PLANS)
OF_LEADERS = frozenset(move for move, rule in TABLE.items() if Party.LEADER in rule.parties)


def nobody_did_what_their_role_forbids(facts: Facts) -> Iterator[Violation]:
    """I9: authors move their own plans, time does what is time's, others decide who may decide."""
    office, plans = Office(facts), {plan.id: plan for plan in facts.plans}
    for line in facts.lines:
        plan = plans.get(line.plan_id)
        wrong = _wrong_party(line) or (_without_right(line, plan, office) if plan else "")
        if wrong:
            yield Violation(line.plan_id, f"version {line.version}: {wrong}", RIGHTS)
    yield from _who_decided(facts)


def _wrong_party(line: ChainedLine) -> str:
    rule = TABLE[line.move]
    if line.actor == SYSTEM:
        return "" if Party.SYSTEM in rule.parties else f"time does not {line.move}"
    if not rule.people:
        return f"{line.actor} made a move of time: {line.move}"
    author = parse_plan_id(line.plan_id).person
    if (rule.of_others and line.actor == author) or line.on_behalf_of == author:
        return f"{author} decided their own plan: {line.move}"
    if rule.of_author and line.actor != author:
        return f"{line.actor} made a move of the author {author}: {line.move}"
    return ""


def _without_right(line: ChainedLine, plan: Plan, office: Office) -> str:
    """Nothing is said of whom the organisation has changed about since: their right is not known any more."""
    author = parse_plan_id(line.plan_id).person
    if line.actor in (SYSTEM, author) or line.move not in DECISIONS | OF_LEADERS:
        return ""
    organisation = office.at(Concerned.by(line), plan)
    if organisation is None or _may(line, organisation, author, plan.department):
        return ""
    for_whom = f" on behalf of {line.on_behalf_of}" if line.on_behalf_of else ""
    return f"{line.actor}{for_whom} had no right to {line.move}"


def _may(line: ChainedLine, organisation: Organisation, author: str, department: str) -> bool:
    if line.move in ENDING:
        principal, facts = Principal(line.actor, organisation), PlanFacts(author, department)
        return line.on_behalf_of is None and may(principal, Action.END_PLAN, facts)
    own, steps = _own_right(line, organisation, author, department)
    if line.on_behalf_of is None:
        return line.actor in own
    return line.on_behalf_of in own and any(
        deputy.person == line.actor
        for step in steps
        for deputy in organisation.deputies(line.on_behalf_of, line.at, step, department, without=author)
    )


def _own_right(
    line: ChainedLine, organisation: Organisation, author: str, department: str
) -> tuple[tuple[str, ...], frozenset[Milestone]]:
    """Who might make the move themself, and the steps in which they may be stood in for."""
    if line.move in OF_LEADERS:
        leader = organisation.leader_above(author, department)
        return (leader,) if leader else (), STEPS
    stage = line.from_stage
    if stage not in STEP_OF:
        return (), frozenset()
    return principals(organisation, Question(author, department, stage)), frozenset({STEP_OF[stage]})


def _who_decided(facts: Facts) -> Iterator[Violation]:
    """The ledger and the review round name the same people."""
    rounds = {round_.command_id: round_ for round_ in facts.decided}
    for line in facts.lines:
        if line.actor == SYSTEM or TABLE[line.move].owner != REVIEW:
            continue
        round_ = rounds.get(line.command_id)
        if round_ is None:
            yield Violation(
                line.plan_id, f"version {line.version}: no review round knows this decision", RIGHTS
            )
        elif (round_.actor, round_.on_behalf_of) != (line.actor, line.on_behalf_of):
            found = f"version {line.version}: the round names {round_.actor}, the ledger {line.actor}"
            yield Violation(line.plan_id, found, RIGHTS)
