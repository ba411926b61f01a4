"""I12: nobody's name or address stands where operators look at lifecycles."""

from collections.abc import Iterator

from monthline.audit.facts import Facts, Violation
from shared.contracts.organisation import Person

SHORTEST = 2
"""Letters of a name that can be told from a word."""
SHOWN = "mend what writes search attributes, memo or summary; the lifecycle keeps them until it ends"


def nobody_is_named_in_the_engine(facts: Facts) -> Iterator[Violation]:
    """I12: what the engine shows of a lifecycle, unencrypted, names plans by ids and nobody by name."""
    everything = "\n".join({text for lifecycle in facts.lifecycles for text in lifecycle.shown})
    named = [(person.id, word) for person in facts.people for word in _words(person) if word in everything]
    for lifecycle in facts.lifecycles:
        for person_id, word in named:
            if any(word in text for text in lifecycle.shown):
                # The name itself is not repeated here.
                yield Violation(
                    lifecycle.plan_id, f"the engine shows a name or address of {person_id}", SHOWN
                )


def _words(person: Person) -> set[str]:
    """What would give the person away; a name that is their id does not."""
    found = {person.email, person.name.zh, person.name.en}
    return {word for word in found if len(word) >= SHORTEST and word != person.id}
