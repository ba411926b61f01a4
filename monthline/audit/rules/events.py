"""I6: every event is told, published, taken once by every consumer, and told once to everybody it names."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from monthline.audit.facts import COPYING, Facts, OutboxMessage, Violation
from shared.bus.jetstream import MAX_AGE
from shared.contracts.events import StageEntered
from shared.contracts.subjects import wanted

ON_ITS_WAY = 5.0
"""Seconds that an event may take from its outbox into every inbox without being missed."""
OVERDUE = 300.0
"""Seconds that a due delivery may wait for its sender."""
REMEMBERED = timedelta(seconds=MAX_AGE)
"""How old what is missed may be: the stream has forgotten older events, outboxes and inboxes soon do."""
RELAY = "see that NATS and this service's worker run (RUN_WORKER=true); the relay tries again by itself"
CONSUMER = "see that this service's worker runs; if the stream was lost: monthline audit republish"
DURABLE = "run: monthline migrate"
UNWRITTEN = "find out who writes to the schema plans beside the service; restore its outbox from a backup"
FAILED = "mend its cause, then queue it again: POST /v1/deliveries/{id}/resend"


def events_arrive_once(facts: Facts) -> Iterator[Violation]:
    """I6: every move is told, outboxes are empty, inboxes full, nobody untold, read copies up to date."""
    yield from _unwritten(facts)
    yield from _unpublished(facts)
    yield from _unheard(facts)
    yield from _untaken(facts)
    yield from _untold(facts)
    yield from _undelivered(facts)
    yield from _copies(facts)


def _unwritten(facts: Facts) -> Iterator[Violation]:
    """Every line of a ledger has its event, written in the same transaction: one."""
    told = Counter(
        (letter.plan_id, letter.version)
        for letter in facts.letters
        if letter.subject == StageEntered.subject()
    )
    for line in facts.lines:
        count = told[line.plan_id, line.version]
        if count != 1 and line.at > facts.now - REMEMBERED:
            found = f"version {line.version}: {line.move} has {count} events in the outbox"
            yield Violation(line.plan_id, found, UNWRITTEN)


def _unpublished(facts: Facts) -> Iterator[Violation]:
    waiting = [letter for letter in facts.letters if not letter.published and letter.age > ON_ITS_WAY]
    for letter in waiting:
        found = f"{letter.subject} waits in the outbox of {letter.service} for {letter.age:.0f} s"
        yield Violation(f"event {letter.id}", found, RELAY)


def _unheard(facts: Facts) -> Iterator[Violation]:
    """Every durable that a service declares is on the stream, with the subjects that it declares."""
    there = {consumer.name: consumer.subjects for consumer in facts.consumers}
    for durable, subjects in facts.listeners.items():
        if durable not in there:
            yield Violation(f"durable {durable}", "is not on the stream: it hears nothing", DURABLE)
        elif set(there[durable]) != set(subjects):
            found, declared = (", ".join(sorted(names)) for names in (there[durable], subjects))
            yield Violation(f"durable {durable}", f"listens to {found} instead of {declared}", DURABLE)


def _untaken(facts: Facts) -> Iterator[Violation]:
    for letter, durable in missing(facts):
        yield Violation(f"event {letter.id}", f"{durable} has not taken {letter.subject}", CONSUMER)


def missing(facts: Facts) -> Iterator[tuple[OutboxMessage, str]]:
    """The published events that a durable should have taken, and has not taken, skipped or given up."""
    kept = {(letter.consumer, letter.event_id) for letter in facts.dead}
    kept |= {(event.consumer, event.event_id) for event in facts.skipped}
    due = [letter for letter in facts.letters if letter.published and _expected(letter)]
    for durable, subjects in facts.listeners.items():
        taken = facts.taken.get(durable, frozenset())
        for letter in due:
            if (
                letter.id not in taken
                and wanted(subjects, letter.subject)
                and (durable, letter.id) not in kept
            ):
                yield letter, durable


def _expected(letter: OutboxMessage) -> bool:
    return ON_ITS_WAY < letter.age < REMEMBERED.total_seconds()


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


def _undelivered(facts: Facts) -> Iterator[Violation]:
    """No mail or call is forgotten, and what was given up is named while events are remembered."""
    for delivery in facts.deliveries:
        if delivery.state == "pending" and delivery.waits > OVERDUE:
            found = f"{delivery.channel} is due for {delivery.waits:.0f} s after {delivery.attempts} attempts"
            yield Violation(f"delivery {delivery.id}", found, "see that the notify worker runs")
        if delivery.state == "failed" and delivery.age < REMEMBERED.total_seconds():
            found = f"{delivery.channel} was given up after {delivery.attempts} attempts"
            yield Violation(f"delivery {delivery.id}", found, FAILED.format(id=delivery.id))


def _copies(facts: Facts) -> Iterator[Violation]:
    """Who keeps a copy of where plans stand has one of each, and has been told of its newest move."""
    copies = {(copy.service, copy.plan_id): copy for copy in facts.copies}
    kept = {line.plan_id for line in facts.lines if line.at > facts.now - REMEMBERED}
    for plan in facts.plans:
        for service in COPYING:
            copy = copies.get((service, plan.id))
            row = f"the row says {plan.stage} {plan.version}"
            if copy is None and (plan.id in kept or not plan.stage.ended):
                yield Violation(plan.id, f"{service} knows nothing of it, {row}", CONSUMER)
            elif copy is not None and (copy.stage, copy.version) != (plan.stage, plan.version):
                found = f"{service} believes {copy.stage} {copy.version}, {row}"
                yield Violation(plan.id, found, CONSUMER, sign=f"{service} believes something else")
