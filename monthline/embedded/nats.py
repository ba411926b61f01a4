"""Owns the embedded NATS server with JetStream on a store of its own."""

import json
from pathlib import Path
from typing import ClassVar

from monthline.embedded.binaries import find_program
from monthline.embedded.ports import LOOPBACK, Port, http_get
from monthline.embedded.server import ManagedServer


class NatsServer(ManagedServer):
    """Every message is on disk before it is acknowledged, unless `durable=False`."""

    name: ClassVar[str] = "nats"

    def __init__(
        self, data_dir: Path, port: int | None = None, monitor_port: int | None = None, durable: bool = True
    ) -> None:
        self._port, self._monitor_port = Port(port), Port(monitor_port)
        super().__init__(data_dir, [self._port, self._monitor_port])
        self.durable = durable
        self._binary = find_program("nats-server")
        self._folder = self.data_dir / "nats"

    @property
    def port(self) -> int:
        return self._port.number

    @property
    def url(self) -> str:
        return f"nats://{LOOPBACK}:{self.port}"

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _command(self) -> list[str]:
        config = self._folder / "server.conf"
        config.write_text(self._config(), encoding="utf-8")
        return [str(self._binary), "--config", str(config)]

    def _config(self) -> str:
        sync = ["sync_interval: always"] if self.durable else []
        return "\n".join(
            [
                f"listen: {json.dumps(f'{LOOPBACK}:{self.port}')}",
                f"http: {json.dumps(f'{LOOPBACK}:{self._monitor_port.number}')}",
                f"jetstream {{ {', '.join([f'store_dir: {json.dumps(str(self._folder))}', *sync])} }}",
                "",
            ]
        )

    def _answers(self) -> bool:
        answer = http_get(self._monitor_port.number, "/healthz")
        return answer is not None and answer[0] == 200
