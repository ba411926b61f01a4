"""How much waits to be delivered, for whoever runs the deployment."""

from sqlalchemy import func, literal_column, select

from services.notify.domain.values import Channel, DeliveryState
from services.notify.store.tables import deliveries
from shared.store.db import Connection


async def waiting(connection: Connection) -> dict[Channel, tuple[int, float]]:
    """By channel, how many deliveries wait and the age of the oldest in seconds."""
    age = func.extract("epoch", func.now() - func.min(deliveries.c.queued_at))
    # In the text of the statement, so that it can use the index of what waits.
    pending = deliveries.c.state == literal_column(f"'{DeliveryState.PENDING.value}'")
    counted = select(deliveries.c.channel, func.count(), age).where(pending)
    rows = await connection.execute(counted.group_by(deliveries.c.channel))
    return dict.fromkeys(Channel, (0, 0.0)) | {Channel(row[0]): (int(row[1]), float(row[2])) for row in rows}
