"""What an audit asks NATS: the durable consumers of the stream, and how far each has come."""

from monthline.audit.facts import Consumer
from shared.bus.jetstream import STREAM, Bus


async def consumers(bus: Bus) -> tuple[Consumer, ...]:
    """Every durable consumer with its filters."""
    found = []
    for info in await bus.jetstream.consumers_info(STREAM):
        config = info.config
        single = [config.filter_subject] if config.filter_subject else []
        found.append(
            Consumer(
                name=info.name,
                subjects=tuple(config.filter_subjects or single),
                pending=info.num_pending or 0,
                unacknowledged=info.num_ack_pending or 0,
            )
        )
    return tuple(found)
