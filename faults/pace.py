"""Shorter waits in the drilled processes, so that what takes minutes in production shows within seconds."""

import functools
import importlib
from datetime import timedelta
from typing import Any

SWEEP = 5.0
PENDING = timedelta(seconds=4)
BACKOFF = (0.1, 0.2, 0.4, 0.8, 1.0)
ACK_WAIT = 3.0
ACTIVITY = timedelta(seconds=6)
MAIL = 3.0
LEASE = timedelta(seconds=8)
CACHE = "100"
"""Lifecycles that a worker keeps. In a long run each is moved as often as in ten months, and is as large."""


def quicken(module: str) -> None:
    """Shorten the waits of one process: sweeps, redeliveries, activity timeouts, retries of mails."""
    reconcile: Any = importlib.import_module("shared.process.reconcile")
    reconcile.EVERY, reconcile.PENDING_AGE = SWEEP, PENDING
    reconcile.resend_commands.__defaults__ = (SWEEP,)
    quicken_bus()
    if module == "workflows":
        owners: Any = importlib.import_module("workflows.owners")
        owners.TIMEOUT = ACTIVITY
    if module == "services.notify":
        _quicken_sender()


def quicken_bus() -> None:
    """Shorten the waits of consumers; also where their durables are made."""
    bus: Any = importlib.import_module("shared.bus.jetstream")
    consumer: Any = importlib.import_module("shared.bus.consumer")
    bus.ACK_WAIT, consumer.BACKOFF = ACK_WAIT, BACKOFF


def _quicken_sender() -> None:
    delivery: Any = importlib.import_module("services.notify.delivery")
    mail: Any = importlib.import_module("services.notify.mail")
    schedule = importlib.import_module("services.notify.domain.schedule")
    retries = schedule.RetrySchedule(first=timedelta(seconds=0.5), longest=timedelta(seconds=2), attempts=60)
    delivery.Pace = functools.partial(delivery.Pace, lease=LEASE, retries=retries)
    mail.Mailer.__init__.__kwdefaults__["seconds"] = MAIL
