"""Owns the embedded Temporal dev server: its store, its web pages, the search attributes of plans."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from monthline.embedded.binaries import find_program
from monthline.embedded.ports import LOOPBACK, Port, http_get
from monthline.embedded.server import ManagedServer
from shared.contracts.lifecycle import SEARCH_ATTRIBUTES

_ATTRIBUTES_PAGE = "/api/v1/namespaces/default/search-attributes"


class TemporalServer(ManagedServer):
    """`dynamic_config` is in the server's spelling: {"frontend.WorkflowTimeSkippingEnabled": "true"}."""

    name: ClassVar[str] = "temporal"

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        ui_port: int | None = None,
        *,
        headless: bool = False,
        durable: bool = True,
        dynamic_config: Mapping[str, str] | None = None,
    ) -> None:
        self._port, self._ui_port, self._http_port = Port(port), Port(ui_port), Port()
        super().__init__(data_dir, [self._port, self._http_port, *([] if headless else [self._ui_port])])
        self.headless = headless
        self.durable = durable
        self._dynamic_config = dict(dynamic_config or {})
        self._binary = find_program("temporal")
        self._folder = self.data_dir / "temporal"

    @property
    def port(self) -> int:
        return self._port.number

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str | None:
        """The web pages; None when the server runs without them."""
        return None if self.headless else f"http://{LOOPBACK}:{self._ui_port.number}"

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _command(self) -> list[str]:
        command = [
            *(str(self._binary), "server", "start-dev", "--db-filename", str(self._folder / "temporal.db")),
            *("--ip", LOOPBACK, "--port", str(self.port), "--http-port", str(self._http_port.number)),
            *("--log-level", "error", "--ui-disable-news-fetch"),
            *("--sqlite-pragma", "journal_mode=WAL"),
            *("--sqlite-pragma", f"synchronous={'NORMAL' if self.durable else 'OFF'}"),
            *(["--headless"] if self.headless else ["--ui-port", str(self._ui_port.number)]),
        ]
        for name, kind in SEARCH_ATTRIBUTES.items():
            command += ["--search-attribute", f"{name}={kind}"]
        for key, value in self._dynamic_config.items():
            command += ["--dynamic-config-value", f"{key}={value}"]
        return command

    def _environment(self) -> Mapping[str, str]:
        # The TEMPORAL_* variables and the configuration in the user's home are about another server.
        others = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        return {**others, "HOME": str(self._folder), "XDG_CONFIG_HOME": str(self._folder)}

    def _answers(self) -> bool:
        answer = http_get(self._http_port.number, _ATTRIBUTES_PAGE)
        return answer is not None and all(f'"{name}"'.encode() in answer[1] for name in SEARCH_ATTRIBUTES)
