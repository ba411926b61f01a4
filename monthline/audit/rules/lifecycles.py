"""I5, I7, I8: lifecycles agree with the rows, dates had their effect, nothing fails over and over."""

from collections.abc import Iterator
from datetime import timedelta

from monthline.audit.facts import Facts, Plan, Violation
from shared.contracts.calendar import Deadline
from shared.contracts.words import Milestone, Rung

REPAIRED = "see that plans and workflows run; the reconciler starts or wakes it within a minute or two"
STUCK = "start the workflow worker; if others answer, terminate this one: it is started again from its row"
EARLY = timedelta(seconds=1)
"""By how much the engine's clock may run before the database's."""
LATE = timedelta(minutes=5)
"""How long after a deadline its effect may still be on its way, beside the policy's jitter."""
TASK_ATTEMPTS = 5
ACTIVITY_ATTEMPTS = 20
MOVES_ON = frozenset({Milestone.CLOSE_OPENS, Milestone.ACTUALS_DUE})
"""Milestones at which time itself moves the plan."""


def lifecycles_agree_with_rows(facts: Facts) -> Iterator[Violation]:
    """I5: every open plan has a running lifecycle that believes its row, and no ended plan has one."""
    running = {lifecycle.plan_id: lifecycle for lifecycle in facts.lifecycles}
    for plan in facts.plans:
        lifecycle = running.pop(plan.id, None)
        if plan.stage.ended:
            if lifecycle is not None:
                yield Violation(plan.id, f"has ended ({plan.stage}) and its lifecycle still runs", REPAIRED)
        elif lifecycle is None:
            yield Violation(plan.id, f"is in {plan.stage} and has no running lifecycle", REPAIRED)
        elif lifecycle.version is None:
            yield Violation(plan.id, "its lifecycle does not answer", STUCK)
        elif (lifecycle.stage, lifecycle.version) != (plan.stage, plan.version):
            found = f"{lifecycle.stage} version {lifecycle.version} instead of {plan.stage} {plan.version}"
            yield Violation(
                plan.id, f"its lifecycle believes {found}", REPAIRED, sign="its lifecycle differs"
            )
    for plan_id in sorted(running):
        yield Violation(plan_id, "a lifecycle runs and there is no such plan", "look at it in Temporal's UI")


def deadlines_had_their_effect(facts: Facts) -> Iterator[Violation]:
    """I7: no rung fired too early or twice, and every passed deadline of an open plan had its effect."""
    seen = set()
    for fired in facts.fired:
        if fired.fired_at < fired.due - EARLY:
            early = (fired.due - fired.fired_at).total_seconds()
            found = f"{fired.milestone} {fired.rung} fired {early:.0f} s too early"
            yield Violation(fired.plan_id, found, "compare the clocks of Temporal and PostgreSQL")
        name = (fired.service, fired.plan_id, fired.milestone, fired.plan_version, fired.rung, fired.due)
        if name in seen:
            yield Violation(
                fired.plan_id, f"{fired.milestone} {fired.rung} fired twice", "tell its recipients"
            )
        seen.add(name)
    for plan in facts.plans:
        if plan.deadline is not None and not plan.stage.ended and _missed(facts, plan, plan.deadline):
            found = f"{plan.deadline.milestone} of {plan.deadline.local:%Y-%m-%d %H:%M} passed without effect"
            yield Violation(plan.id, found, REPAIRED)


def _missed(facts: Facts, plan: Plan, deadline: Deadline) -> bool:
    scale = facts.scales.get(plan.id)
    due = scale.clock(deadline.instant) if scale else deadline.instant
    if facts.now < due + LATE:
        return False
    if deadline.milestone in MOVES_ON:
        return True
    return not _fired(facts, plan, deadline) and not _excused(facts, deadline)


def _fired(facts: Facts, plan: Plan, deadline: Deadline) -> bool:
    return any(
        (fired.plan_id, fired.milestone, fired.plan_version) == (plan.id, deadline.milestone, plan.version)
        and fired.rung is not Rung.HALF_TIME
        for fired in facts.fired
    )


def _excused(facts: Facts, deadline: Deadline) -> bool:
    """A rung that would reach only people who are absent goes to the next working day."""
    day = deadline.local.date()
    return any(one.first <= day <= one.last and not one.revoked for one in facts.absences)


def nothing_fails_over_and_over(facts: Facts) -> Iterator[Violation]:
    """I8: no dead letter that nobody has replayed, no task or activity that is tried again and again."""
    for letter in facts.dead:
        found = f"{letter.consumer} gave up on {letter.subject}: {letter.error[:120]}"
        fix = f"mend the cause, then: monthline dead-letters replay {letter.service}"
        yield Violation(f"dead letter {letter.id} of {letter.service}", found, fix)
    for lifecycle in facts.lifecycles:
        if lifecycle.task_attempt > TASK_ATTEMPTS:
            found = f"its workflow task fails, {lifecycle.task_attempt} attempts"
            yield Violation(lifecycle.plan_id, found, "roll the workflow worker back to the version before")
        if lifecycle.activity_attempts > ACTIVITY_ATTEMPTS:
            found = f"an activity of it fails, {lifecycle.activity_attempts} attempts"
            yield Violation(lifecycle.plan_id, found, "read the failure in Temporal's UI and mend its cause")
