"""I6: every event is published, taken once by every consumer, and told once to everybody it names."""

from collections.abc import Iterator

from monthline.audit.facts import Consumer, Facts, Letter, Violation

ON_ITS_WAY = 5.0
"""Seconds that an event may take from its outbox into every inbox without being missed."""
OVERDUE = 300.0
"""Seconds that a due delivery may wait for its sender."""
RELAY = "see that NATS and this service's worker run (RUN_WORKER=true); the relay tries again by itself"
CONSUMER = "see that this service's worker runs; if the stream was lost: monthline audit republish"


def events_arrive_once(facts: Facts) -> Iterator[Violation]:
    """I6: outbox empty, inboxes full, nobody left untold, no delivery forgotten, read copies up to date."""
    yield from _unpublished(facts)
    yield from _untaken(facts)
    yield from _untold(facts)
    for delivery in facts.deliveries:
        if delivery.state == "pending" and delivery.waits > OVERDUE:
            found = f"{delivery.channel} is due for {delivery.waits:.0f} s after {delivery.attempts} attempts"
            yield Violation(f"delivery {delivery.id}", found, "see that the notify worker runs")
    yield from _copies(facts)


def _unpublished(facts: Facts) -> Iterator[Violation]:
    waiting = [letter for letter in facts.letters if not letter.published and letter.age > ON_ITS_WAY]
    for letter in waiting:
        found = f"{letter.subject} waits in the outbox of {letter.service} for {letter.age:.0f} s"
        yield Violation(f"event {letter.id}", found, RELAY)


def _untaken(facts: Facts) -> Iterator[Violation]:
    for letter, consumer in missing(facts):
        found = f"{consumer.name} has not taken {letter.subject}"
        yield Violation(f"event {letter.id}", found, CONSUMER)


def missing(facts: Facts) -> Iterator[tuple[Letter, Consumer]]:
    """The published events that a consumer should have taken, and has neither taken nor given up."""
    buried = {(letter.consumer, letter.event_id) for letter in facts.dead}
    for consumer in facts.consumers:
        taken = facts.taken.get(consumer.name, frozenset())
        for letter in facts.letters:
            if not letter.published or letter.age <= ON_ITS_WAY or letter.id in taken:
                continue
            if heard(consumer, letter.subject) and (consumer.name, letter.id) not in buried:
                yield letter, consumer


def heard(consumer: Consumer, subject: str) -> bool:
    """Whether one of the consumer's filters takes the subject."""
    return any(_matches(pattern, subject) for pattern in consumer.subjects)


def _matches(pattern: str, subject: str) -> bool:
    if pattern.endswith(".>"):
        return subject.startswith(pattern[:-1])
    wanted, given = pattern.split("."), subject.split(".")
    return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=True))


def _untold(facts: Facts) -> Iterator[Violation]:
    """Whoever a taken event names has a message, and nobody has two for one reason."""
    for (recipient, reason), count in facts.told.items():
        if count > 1:
            yield Violation(
                recipient, f"was told {count} times {reason}", "apologise; see that migrations ran"
            )
    taken = facts.taken.get("notify-events", frozenset())
    for letter in facts.letters:
        for recipient, reason in letter.notices if letter.id in taken else ():
            if (recipient, reason) not in facts.told:
                yield Violation(f"event {letter.id}", f"{recipient} was not told {reason}", CONSUMER)


def _copies(facts: Facts) -> Iterator[Violation]:
    """Who keeps a copy of where plans stand has been told of the newest move."""
    rows = {plan.id: plan for plan in facts.plans}
    for copy in facts.copies:
        plan = rows.get(copy.plan_id)
        if plan is not None and (copy.stage, copy.version) != (plan.stage, plan.version):
            row = f"{plan.stage} {plan.version}"
            found = f"{copy.service} believes {copy.stage} {copy.version}, the row says {row}"
            yield Violation(plan.id, found, CONSUMER)
