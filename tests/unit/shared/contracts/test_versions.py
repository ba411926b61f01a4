"""Processes of two versions read each other: one field more, or one less, at any depth."""

import inspect
import json
from collections.abc import Iterator
from typing import Any, get_type_hints
from uuid import uuid4

import pytest
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

from shared.base.keys import Keyring
from shared.bus.envelope import opened
from shared.contracts import lifecycle
from shared.contracts.directory import DirectoryActivities
from shared.contracts.events import EVENTS, Event
from shared.contracts.plans import PlansActivities
from shared.contracts.review import ReviewActivities
from shared.contracts.scoring import ScoringActivities
from shared.contracts.values import Value
from shared.contracts.words import Move
from shared.engine.codec import ENCODING, data_converter
from shared.web.command_gateway import digest
from tests.support.build import command
from tests.support.samples import ADDED, bare, full, grown

CONTRACTS = (DirectoryActivities, PlansActivities, ReviewActivities, ScoringActivities)
CONVERTER = data_converter(Keyring(), 1024)


def payload_kinds() -> Iterator[type[Value]]:
    """What travels through Temporal: arguments and answers of activities, messages of lifecycles."""
    for contract in CONTRACTS:
        for _, method in inspect.getmembers(contract, inspect.isfunction):
            yield from (kind for kind in get_type_hints(method).values() if kind is not type(None))
    for kind in vars(lifecycle).values():
        if inspect.isclass(kind) and issubclass(kind, Value) and kind is not Value:
            yield kind


PAYLOADS = sorted(set(payload_kinds()), key=lambda kind: kind.__name__)


def of_name(value: Any) -> str:
    return getattr(value, "__name__", str(value))


def told(subject: str, data: Any) -> Event:
    envelope = {"id": str(uuid4()), "type": subject, "data": data, ADDED: "to the envelope"}
    return opened(subject, json.dumps(envelope).encode()).event


async def from_payload(kind: type[Value], data: Any) -> Value:
    payload = Payload(metadata={ENCODING: b"json/plain"}, data=json.dumps(data).encode())
    [value] = await CONVERTER.decode([payload], [kind])
    assert isinstance(value, kind)
    return value


@pytest.mark.parametrize("subject", EVENTS)
def test_an_old_reader_takes_the_event_of_a_new_writer(subject: str) -> None:
    assert told(subject, grown(EVENTS[subject])) == told(subject, full(EVENTS[subject]))


@pytest.mark.parametrize("subject", EVENTS)
def test_a_new_reader_takes_the_event_of_an_old_writer(subject: str) -> None:
    assert isinstance(told(subject, bare(EVENTS[subject])), EVENTS[subject])


@pytest.mark.parametrize("kind", PAYLOADS, ids=of_name)
async def test_an_old_reader_takes_the_payload_of_a_new_writer(kind: type[Value]) -> None:
    assert await from_payload(kind, grown(kind)) == await from_payload(kind, full(kind))


@pytest.mark.parametrize("kind", PAYLOADS, ids=of_name)
async def test_a_new_reader_takes_the_payload_of_an_old_writer(kind: type[Value]) -> None:
    assert await from_payload(kind, bare(kind)) == kind.deserialize(bare(kind))


@pytest.mark.parametrize("kind", [*EVENTS.values(), *PAYLOADS], ids=of_name)
def test_our_own_code_and_http_bodies_stay_strict(kind: type[Value]) -> None:
    with pytest.raises(ValidationError, match=ADDED):
        kind.model_validate(grown(kind))


def test_every_nested_value_of_a_sample_has_one_more_field() -> None:
    written = json.dumps(grown(EVENTS["monthline.plans.plan_submitted.v1"]))
    # The event, its notice, the submission, plan, content, item, measure, milestone, resource, links,
    # category with its label, and a finding.
    assert written.count(ADDED) == 13


def test_a_request_has_the_same_digest_in_a_version_that_knows_one_more_field() -> None:
    class Newer(lifecycle.Command):
        more: str = "as before"

    sent = command(Move.RETURN, 2, note="again")
    assert digest(Newer(**sent.model_dump())) == digest(sent)
