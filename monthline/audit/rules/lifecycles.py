"""I5, I8: lifecycles agree with the rows, nothing fails over and over."""

from collections.abc import Iterator

from monthline.audit.facts import Facts, Violation

REPAIRED = "see that plans and workflows run; the reconciler starts or wakes it within a minute or two"
STUCK = "start the workflow worker; if others answer, terminate this one: it is started again from its row"
TASK_ATTEMPTS = 5
ACTIVITY_ATTEMPTS = 20


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


def nothing_fails_over_and_over(facts: Facts) -> Iterator[Violation]:
    """I8: no dead letter or skipped event left, no task or activity that is tried again and again."""
    for letter in facts.dead:
        found = f"{letter.consumer} gave up on {letter.subject}: {letter.error[:120]}"
        fix = f"mend the cause, then: monthline dead-letters replay {letter.service}"
        yield Violation(f"dead letter {letter.id} of {letter.service}", found, fix)
    for skipped in facts.skipped:
        found = f"{skipped.consumer} skipped {skipped.subject}, which its version did not know"
        fix = f"finish the upgrade, then: monthline skipped-events replay {skipped.service}"
        yield Violation(f"skipped event {skipped.event_id} of {skipped.service}", found, fix)
    for lifecycle in facts.lifecycles:
        if lifecycle.task_attempt > TASK_ATTEMPTS:
            found = f"its workflow task fails, {lifecycle.task_attempt} attempts"
            yield Violation(lifecycle.plan_id, found, "roll the workflow worker back to the version before")
        if lifecycle.activity_attempts > ACTIVITY_ATTEMPTS:
            found = f"an activity of it fails, {lifecycle.activity_attempts} attempts"
            yield Violation(lifecycle.plan_id, found, "read the failure in Temporal's UI and mend its cause")
