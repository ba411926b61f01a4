"""Owns the three servers together: started side by side, stopped in the order that loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from monthline.embedded.nats import NatsServer
from monthline.embedded.postgres import PostgresServer
from monthline.embedded.temporal import TemporalServer


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports asked for first; None, or one that is taken, becomes any free one."""

    postgres: int | None = 5432
    nats: int | None = 4222
    nats_monitor: int | None = 8222
    temporal: int | None = 7233
    temporal_ui: int | None = 8233


ANY_PORTS = Ports(None, None, None, None, None)


class EmbeddedServers:
    """All three over one data folder, which a later start takes up again."""

    def __init__(
        self,
        data_dir: Path,
        *,
        ports: Ports = ANY_PORTS,
        durable: bool = True,
        headless: bool = False,
        dynamic_config: Mapping[str, str] | None = None,
    ) -> None:
        self.postgres = PostgresServer(data_dir, ports.postgres, durable)
        self.nats = NatsServer(data_dir, ports.nats, ports.nats_monitor, durable)
        self.temporal = TemporalServer(
            data_dir,
            ports.temporal,
            ports.temporal_ui,
            headless=headless,
            durable=durable,
            dynamic_config=dynamic_config,
        )

    def start(self, timeout: float = 30.0) -> None:
        """Returns when all three answer; when one cannot, stops the others and raises its ServerError."""
        try:
            # PostgreSQL last: its first start builds a cluster, and the other two boot meanwhile.
            for server in (self.temporal, self.nats, self.postgres):
                server.start()
            for server in (self.postgres, self.nats, self.temporal):
                server.wait_ready(timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the engine first and the database last."""
        for server in (self.temporal, self.nats, self.postgres):
            server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
