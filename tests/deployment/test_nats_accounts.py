"""The accounts file for NATS is what the services' code says that they tell and hear."""

from pathlib import Path

from monthline.listeners import listeners
from monthline.nats_accounts import NEVER, may_publish, text
from monthline.registry import SERVICES
from shared.contracts.events import EVENTS

COMMITTED = Path(__file__).parents[2] / "deploy" / "nats" / "accounts.conf"


def test_the_committed_accounts_are_what_the_code_says() -> None:
    assert COMMITTED.read_text() == text(), (
        "run: python -m monthline.nats_accounts > deploy/nats/accounts.conf"
    )


def test_a_new_durable_changes_the_file() -> None:
    changed = {service: tuple(own) for service, own in listeners().items()}
    changed["review"] += ("review-scores",)
    assert text(changed) != text()


def test_every_event_belongs_to_a_service_that_may_tell_it() -> None:
    assert {kind.owner for kind in EVENTS.values()} <= set(SERVICES)
    assert {subject.split(".")[1] for subject in EVENTS} <= set(SERVICES)


def test_a_durable_carries_its_services_name() -> None:
    strangers = [
        durable
        for service, own in listeners().items()
        for durable in own
        if not durable.startswith(f"{service}-")
    ]
    assert strangers == []


def test_no_service_is_granted_what_nobody_may_do() -> None:
    forbidden = tuple(subject.removesuffix(">") for subject in NEVER)
    granted = [
        subject for service in SERVICES for subject in may_publish(service, tuple(listeners()[service]))
    ]
    assert [subject for subject in granted if subject.startswith(forbidden)] == []
