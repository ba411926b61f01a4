"""The figures that every process shows on ``/metrics``: their names, labels and buckets. Nothing personal.

A label has few values: kinds, codes, stages, routes, durables; never a plan, a person or a text.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 12.0)
SLOW = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0)

# What happened, counted where it happens.

COMMANDS = Counter(
    "monthline_commands",
    "Commands by kind and outcome: applied, refused (with its code), unknown, not_sent, failed",
    ("kind", "outcome", "code"),
    registry=REGISTRY,
)
COMMAND_SECONDS = Histogram(
    "monthline_command_seconds",
    "Time from a command's arrival to its answer",
    ("kind",),
    buckets=QUICK,
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "monthline_http_seconds",
    "Time to answer a request, by route and status class",
    ("method", "route", "status"),
    buckets=QUICK,
    registry=REGISTRY,
)
ACTIVITY_SECONDS = Histogram(
    "monthline_activity_seconds",
    "Time of an attempt at an activity, by outcome: done, refused, failed",
    ("activity", "outcome"),
    buckets=QUICK,
    registry=REGISTRY,
)
RUNG_LATENESS = Histogram(
    "monthline_rung_lateness_seconds",
    "Time between the instant of a plan's timer, jitter included, and its rung's firing",
    ("milestone",),
    buckets=SLOW,
    registry=REGISTRY,
)
EVENTS_PUBLISHED = Counter(
    "monthline_events_published", "Events the stream has acknowledged", registry=REGISTRY
)
EVENTS_REFUSED = Counter(
    "monthline_events_refused", "Attempts to publish an event that were not acknowledged", registry=REGISTRY
)
EVENTS_TAKEN = Counter(
    "monthline_events_taken",
    "Deliveries of events by outcome: taken (repeats included), put_off, skipped, buried",
    ("consumer", "outcome"),
    registry=REGISTRY,
)
EVENT_AGE = Histogram(
    "monthline_event_age_seconds",
    "Time from an event's publication to the end of its reaction",
    ("consumer",),
    buckets=SLOW,
    registry=REGISTRY,
)
MESSAGES = Counter("monthline_messages", "Messages put into inboxes", registry=REGISTRY)
UNKNOWN_NOTICES = Counter(
    "monthline_notices_unknown",
    "Notices of a newer version, which were told in a general text",
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "monthline_deliveries",
    "Attempts at mails and webhook calls by outcome: sent, put_off, given_up",
    ("channel", "outcome"),
    registry=REGISTRY,
)
DRIFT = Counter(
    "monthline_lifecycle_drift",
    "Open plans whose workflow was found missing, or behind their row",
    ("kind",),
    registry=REGISTRY,
)
WORK_DONE = Gauge(
    "monthline_background_success_timestamp_seconds",
    "When a background work last ended well, or began",
    ("work",),
    registry=REGISTRY,
)
BUILD = Gauge("monthline_build_info", "This program; always 1", ("service", "version"), registry=REGISTRY)

# What stands, read from the servers when it is asked for; see shared.health.gauges.

OUTBOX_LETTERS = Gauge("monthline_outbox_letters", "Events that wait to be published", registry=REGISTRY)
OUTBOX_AGE = Gauge("monthline_outbox_oldest_seconds", "Age of the oldest of them", registry=REGISTRY)
DEAD_LETTERS = Gauge(
    "monthline_dead_letters", "Dead letters that were not replayed", ("consumer",), registry=REGISTRY
)
SKIPPED_EVENTS = Gauge(
    "monthline_skipped_events",
    "Events of a newer version that were not replayed",
    ("consumer",),
    registry=REGISTRY,
)
COMMANDS_PENDING = Gauge(
    "monthline_commands_pending", "Commands whose answer is not known yet", registry=REGISTRY
)
COMMANDS_PENDING_AGE = Gauge(
    "monthline_commands_pending_oldest_seconds", "Age of the oldest of them", registry=REGISTRY
)
CONSUMER_PENDING = Gauge(
    "monthline_consumer_pending_events",
    "Events in the stream that a durable has not been given yet",
    ("consumer",),
    registry=REGISTRY,
)
CONSUMER_UNACKNOWLEDGED = Gauge(
    "monthline_consumer_unacknowledged_events",
    "Events that a durable was given and has not acknowledged",
    ("consumer",),
    registry=REGISTRY,
)
POOL_USED = Gauge("monthline_pool_connections_used", "Database connections in use", registry=REGISTRY)
POOL_SIZE = Gauge("monthline_pool_connections_limit", "Database connections allowed", registry=REGISTRY)
PLANS = Gauge("monthline_plans", "Plans that have not ended, by stage", ("stage",), registry=REGISTRY)
REVIEWS_WAITING = Gauge(
    "monthline_reviews_waiting", "Rounds that wait for a decision", ("stage",), registry=REGISTRY
)
REVIEWS_OVERDUE = Gauge(
    "monthline_reviews_overdue", "Those whose deadline has passed", ("stage",), registry=REGISTRY
)
DELIVERIES_WAITING = Gauge(
    "monthline_deliveries_waiting", "Mails and webhook calls in the queue", ("channel",), registry=REGISTRY
)
DELIVERIES_AGE = Gauge(
    "monthline_deliveries_oldest_seconds", "Age of the oldest of them", ("channel",), registry=REGISTRY
)
READING_OK = Gauge(
    "monthline_reading_ok", "Whether a reading succeeded when last tried", ("reading",), registry=REGISTRY
)
UNFIT = Gauge(
    "monthline_unfit",
    "Whether a server was found not to be what this program needs",
    ("check",),
    registry=REGISTRY,
)

for _kind in ("missing", "behind"):
    # From zero on, so that the first one is seen as an increase.
    DRIFT.labels(_kind)


@dataclass
class Noted:
    """What became of something that is timed; set before the block ends."""

    outcome: str
    code: str = ""


@contextmanager
def command(kind: str) -> Iterator[Noted]:
    """Count and time a command; it has failed unless the block notes another outcome."""
    noted, began = Noted("failed"), time.perf_counter()
    try:
        yield noted
    finally:
        COMMANDS.labels(kind, noted.outcome, noted.code).inc()
        COMMAND_SECONDS.labels(kind).observe(time.perf_counter() - began)


@contextmanager
def activity(name: str) -> Iterator[Noted]:
    """Time an attempt at an activity; it has failed unless the block notes another outcome."""
    noted, began = Noted("failed"), time.perf_counter()
    try:
        yield noted
    finally:
        ACTIVITY_SECONDS.labels(name, noted.outcome).observe(time.perf_counter() - began)


def rung_fired(milestone: str, due: datetime) -> None:
    """Note how late a rung is after the instant its timer was set for, by this machine's clock."""
    RUNG_LATENESS.labels(milestone).observe(max(0.0, time.time() - due.timestamp()))
