"""The values that notify keeps and shows: messages, deliveries, webhooks and preferences."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, SecretStr, StrictBool, StringConstraints

from shared.contracts.values import Code, Value
from shared.contracts.words import Language


class Channel(StrEnum):
    """How a delivery leaves the house."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """Where a delivery stands; ``failed`` means that every attempt has been used up."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class Rendered(Value):
    """A notice in words: one line of subject, and the paragraphs below it."""

    language: Language
    subject: str
    lines: tuple[str, ...]


class Message(Value):
    """What a person was told, in the words they were told it in."""

    id: int
    reason: str
    template: str
    language: Language
    subject: str
    lines: tuple[str, ...]
    plan_id: str | None
    told_at: AwareDatetime
    read_at: AwareDatetime | None


class Delivery(Value):
    """One mail or webhook call, sent or on its way; ``target`` is a person or a webhook."""

    id: int
    channel: Channel
    target: str
    subject: str
    event_id: str
    plan_id: str | None
    department: str | None
    state: DeliveryState
    attempts: int
    next_at: AwareDatetime | None
    last_error: str | None
    queued_at: AwareDatetime
    sent_at: AwareDatetime | None


SubjectPattern = Annotated[
    str,
    StringConstraints(pattern=r"^monthline(\.([a-z0-9_]+|\*))*(\.>)?$", max_length=200),
]
"""A NATS subject of ours: ``*`` stands for one word, a last ``>`` for all that follow."""


class WebhookWish(Value):
    """A webhook as an administrator asks for it; without ``secret`` the one kept stays."""

    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    events: Annotated[tuple[SubjectPattern, ...], Field(min_length=1, max_length=50)]
    secret: SecretStr | None = None


class Webhook(Value):
    """A webhook as it is shown: its secret never is."""

    id: Code
    url: str
    events: tuple[str, ...]
    changed_at: AwareDatetime


class Preferences(Value):
    """What a person wants besides the inbox, which is always filled."""

    mail: StrictBool
