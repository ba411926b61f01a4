"""Each invariant complains about what breaks it, and about nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monthline.audit.facts import (
    Consumer,
    DeadLetter,
    Decided,
    Delivery,
    Fired,
    Lifecycle,
    Reported,
    Said,
    Sessions,
    SkippedEvent,
)
from monthline.audit.invariants import INVARIANTS
from monthline.audit.republish import lost
from shared.contracts.values import Text
from shared.contracts.words import SYSTEM, Milestone, Move, Role, Rung, Stage
from tests.unit.monthline.audit.build import (
    ID,
    NOW,
    PEOPLE,
    STEPS,
    command,
    copies,
    letter,
    letters,
    lines,
    moved,
    person,
    plan,
    sound,
    wrong,
)
from tests.unit.services.plans.build import deadline

OPEN, SUBMIT, APPROVE = STEPS
OTHER = "acme:2026-03:p099:sales"
DAY = 24 * 3600.0
PENDING = command("p017:late", "plans", status="pending")
RECALL = ("p017:recall-1", Move.RECALL, "p017", Stage.HR_REVIEW, Stage.DRAFTING)
FIRED = Fired("plans", ID, Milestone.DRAFT_DUE, 1, Rung.DUE, NOW, NOW)


def test_sound_rows_break_nothing() -> None:
    assert wrong() == {}


SUBMITTED = command("p017:submit-1", "plans")
SOUND = (command(), SUBMITTED)
NO = command("p017:submit-9", "plans", status="refused")
TAKEN = Said("unknown", "p017:gone", plan=ID, taken=True)
TOLD = Said("ok", SUBMIT[0], plan=ID, version=2, move="submit")
[BELIEVED] = sound().lifecycles
WANG = person("p099", Role.MANAGER).model_copy(update={"name": Text(zh="王小明", en="Wang Xiaoming")})
PROGRESS = Said("ok", "p017:k1", "progress", ID, entries=2)
NOTIFY, REVIEW = sound().consumers
PASSED = deadline(Milestone.LEADER_REVIEW_DUE, day=6, month=3)
DAMAGED: list[tuple[str, dict[str, Any]]] = [
    ("I1", {"commands": (command(), command("p017:lost", "plans"))}),
    ("I1", {"commands": (command(), replace(SUBMITTED, plan_id=OTHER))}),
    ("I1", {"commands": (command(), replace(SUBMITTED, move="recall"))}),
    ("I1", {"driver": (Said("ok", "p017:lost", plan=ID),)}),
    ("I1", {"driver": (replace(TOLD, version=3),)}),
    ("I1", {"driver": (replace(TOLD, plan=OTHER),)}),
    ("I1", {"driver": (replace(TOLD, move="recall"),)}),
    ("I1", {"driver": (TOLD,), "commands": (command(),)}),
    ("I1", {"driver": (TOLD,), "commands": (command(), replace(SUBMITTED, status="pending"))}),
    ("I1", {"driver": (replace(TOLD, id=NO.id, version=None),), "commands": (*SOUND, NO)}),
    ("I1", {"driver": (PROGRESS,), "reported": (Reported("p017", "k1", 4),)}),
    ("I1", {"decided": (*sound().decided, Decided(ID, "hr1:other", "approve", "hr1", None))}),
    ("I1", {"decided": (*sound().decided, Decided(OTHER, APPROVE[0], "approve", "hr1", None))}),
    ("I1", {"decided": (replace(sound().decided[0], move="return"),)}),
    ("I2", {"driver": (Said("ok", SUBMIT[0], version=2), Said("ok", SUBMIT[0], version=4))}),
    ("I3", moved(OPEN, (SUBMIT[0], Move.SUBMIT, "p017", Stage.DRAFTING, Stage.TRACKING))),
    ("I3", moved(OPEN, SUBMIT, (RECALL[0], Move.RECALL, "p017", Stage.LEADER_REVIEW, Stage.DRAFTING))),
    (
        "I3",
        {
            "lines": (*sound().lines, *lines(OPEN, plan_id=OTHER, command_id="other")),
            "letters": (*letters(), letter(id="e1", plan_id=OTHER, version=1)),
        },
    ),
    ("I4", {"commands": (command("p017:late", "plans", status="pending", age=121.0),)}),
    ("I4", {"commands": (PENDING,), "driver": (Said("unknown", "p017:late"),)}),
    ("I4", {"driver": (Said("refused", SUBMIT[0], plan=ID),)}),
    ("I4", {"driver": (TAKEN,)}),
    ("I4", {"driver": (TAKEN, replace(TAKEN, event="refused", taken=False))}),
    ("I4", {"driver": (Said("unknown", SUBMIT[0], plan=ID),), "commands": (command(),)}),
    ("I5", {"lifecycles": ()}),
    ("I5", {"lifecycles": (Lifecycle(ID, Stage.HR_REVIEW, 2),)}),
    ("I5", {"lifecycles": (Lifecycle(ID),)}),
    ("I5", {"lifecycles": (*sound().lifecycles, Lifecycle(OTHER, Stage.DRAFTING, 1))}),
    ("I6", {"letters": letters(published=False)}),
    ("I6", {"letters": letters()[1:]}),
    ("I6", {"letters": (*letters(), letter(id="e2"))}),
    ("I6", {"taken": dict(sound().taken) | {"review-plans": frozenset({"e1", "e3"})}}),
    ("I6", {"taken": {}}),
    ("I6", {"consumers": ()}),
    ("I6", {"consumers": (), "taken": {}}),
    ("I6", {"consumers": (NOTIFY, Consumer("review-plans", ("monthline.review.>",)))}),
    ("I6", {"told": {}}),
    ("I6", {"told": {("hr1", "because"): 2}}),
    ("I6", {"deliveries": (Delivery(1, "mail", "pending", 3, 301.0),)}),
    ("I6", {"deliveries": (Delivery(1, "webhook", "failed", 10, 0.0),)}),
    ("I6", {"copies": copies(Stage.HR_REVIEW, 2)}),
    ("I6", {"copies": copies(Stage.LEADER_REVIEW, 3)[:1]}),
    ("I6", {"copies": ()}),
    ("I7", {"fired": (replace(FIRED, due=NOW + timedelta(seconds=2)),)}),
    ("I7", {"fired": (FIRED, FIRED)}),
    ("I7", {"now": PASSED.instant + timedelta(minutes=6), "plans": (plan(deadline=PASSED),)}),
    ("I8", {"dead": (DeadLetter("notify", 1, "notify-events", "e9", "monthline.x", "Poison"),)}),
    ("I8", {"lifecycles": (Lifecycle(ID, Stage.LEADER_REVIEW, 3, 6),)}),
    ("I8", {"lifecycles": (Lifecycle(ID, Stage.LEADER_REVIEW, 3, 1, 21),)}),
    ("I9", moved(OPEN, SUBMIT, RECALL, actor="hr1")),
    ("I9", moved(OPEN, SUBMIT, (RECALL[0], Move.RECALL, SYSTEM, Stage.HR_REVIEW, Stage.DRAFTING))),
    ("I9", moved(OPEN, ("hr1:miss", Move.MARK_MISSING, "hr1", Stage.DRAFTING, Stage.MISSING))),
    ("I9", moved(OPEN, ("p017:cancel", Move.CANCEL, "p017", Stage.DRAFTING, Stage.CANCELLED))),
    ("I9", {"decided": (replace(sound().decided[0], actor="hr2"),)}),
    ("I9", {"decided": ()}),
    ("I10", {"lines": (*sound().lines[:2], sound().lines[2].model_copy(update={"note": "changed"}))}),
    ("I10", {"plans": (plan(ledger_hash="another"),)}),
    ("I11", {"sessions": (Sessions("plans", 3, longest_statement=21.0),)}),
    ("I11", {"sessions": (Sessions("plans", 3, longest_idle_in_transaction=61.0),)}),
    ("I11", {"connections": (95, 100)}),
    ("I12", {"lifecycles": (replace(BELIEVED, shown=("leader_review", "p017@example.com")),)}),
    ("I12", {"lifecycles": (replace(BELIEVED, shown=("drafting of 王小明",)),), "people": (*PEOPLE, WANG)}),
    ("I11", {"driver": (Said("unknown", "p017:slow", plan=ID, seconds=21.0),)}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "damage"), DAMAGED)
def test_one_damaged_row_breaks_exactly_its_invariant(code: str, damage: dict[str, Any]) -> None:
    assert list(wrong(**damage)) == [code]


def test_a_command_id_twice_in_the_ledger_is_a_double_effect() -> None:
    again = (SUBMIT[0], Move.APPROVE, "hr1", Stage.HR_REVIEW, Stage.LEADER_REVIEW)
    assert "2 ledger lines have this command id" in wrong(**moved(OPEN, SUBMIT, again))["I2"]


def test_a_gap_in_the_versions_is_found() -> None:
    believed = (Lifecycle(ID, Stage.LEADER_REVIEW, 4),)
    assert list(
        wrong(plans=(plan(version=4),), lifecycles=believed, copies=copies(Stage.LEADER_REVIEW, 4))
    ) == ["I2"]


def test_an_ok_after_an_unknown_counts_as_ok() -> None:
    said = (Said("unknown", SUBMIT[0], plan=ID), Said("ok", SUBMIT[0], plan=ID, version=2))
    assert wrong(driver=said) == {}


def test_ids_and_stages_name_nobody() -> None:
    shown = (ID, "p017", "leader_review", "east", "2026-03-06T10:00:00+00:00")
    assert wrong(lifecycles=(replace(BELIEVED, shown=shown),), people=(*PEOPLE, WANG)) == {}


def test_every_invariant_has_a_state_that_breaks_it() -> None:
    assert {invariant.code for invariant in INVARIANTS} == {code for code, _ in DAMAGED}


def test_a_key_that_was_used_for_two_moves_is_judged_move_by_move() -> None:
    refused = command(SUBMIT[0], "review", status="refused", move="approve")
    assert wrong(commands=(*SOUND, refused), driver=(TOLD,)) == {}


def test_an_unknown_command_that_never_arrived_is_none_of_the_audits_business() -> None:
    assert wrong(driver=(Said("unknown", "p017:never", plan=ID),)) == {}


def test_a_young_event_is_on_its_way_and_not_missed() -> None:
    untaken = {durable: frozenset({"e1", "e2"}) for durable in sound().listeners}
    assert wrong(letters=letters(published=False, age=1.0)) == {}
    assert wrong(letters=letters(age=1.0), taken=untaken) == {}


def test_an_event_older_than_the_stream_is_looked_for_nowhere() -> None:
    old = tuple(replace(one, age=DAY * 31) for one in letters())
    assert wrong(letters=old, taken={}) == {}
    assert list(wrong(letters=tuple(replace(one, age=DAY * 29) for one in letters()), taken={})) == ["I6"]


def test_the_event_of_an_old_line_may_have_been_swept() -> None:
    later = NOW + timedelta(days=31)
    assert wrong(letters=(), now=later, given={}) == {}


def test_a_delivery_given_up_long_ago_is_history() -> None:
    assert wrong(deliveries=(Delivery(1, "mail", "failed", 10, 0.0, age=DAY * 31),)) == {}


def test_what_a_lost_stream_took_is_found_even_when_its_durables_are_gone_too() -> None:
    assert lost(sound(consumers=(), taken={})) == {"plans": ["e1", "e2", "e3"]}
    assert lost(sound()) == {}


def test_a_durable_that_no_service_declares_is_none_of_the_audits_business() -> None:
    own = Consumer("somebody-elses", ("monthline.>",))
    assert wrong(consumers=(*sound().consumers, own)) == {}


def test_a_dead_letter_explains_why_its_event_was_not_taken() -> None:
    dead = (DeadLetter("notify", 1, "notify-events", "e3", "monthline.x", "Poison"),)
    taken = dict(sound().taken) | {"notify-events": frozenset({"e1", "e2"})}
    assert list(wrong(taken=taken, dead=dead)) == ["I8"]


def test_a_skipped_event_explains_why_its_event_was_not_taken() -> None:
    skipped = (SkippedEvent("notify", "notify-events", "e3", "monthline.x"),)
    taken = dict(sound().taken) | {"notify-events": frozenset({"e1", "e2"})}
    assert list(wrong(taken=taken, skipped=skipped)) == ["I8"]


def test_a_dead_lifecycle_of_an_ended_plan_is_how_it_should_be() -> None:
    ended = moved(OPEN, ("hr1:cancel", Move.CANCEL, "hr1", Stage.DRAFTING, Stage.CANCELLED))
    assert wrong(**ended) == {}
    assert list(wrong(**(ended | {"lifecycles": (Lifecycle(ID, Stage.CANCELLED, 2),)}))) == ["I5"]
