"""The embedded NATS server with the repository's own accounts file, over TLS."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from monthline.embedded import NatsServer
from monthline.embedded.ports import LOOPBACK
from monthline.nats_accounts import OPERATOR, variable
from monthline.registry import SERVICES
from tests.support.certificates import Pair

ACCOUNTS = Path(__file__).parents[2] / "deploy" / "nats" / "accounts.conf"


class GuardedNats(NatsServer):
    """NATS with a user per service and TLS; ``url(user)`` logs that user in."""

    def __init__(
        self, data_dir: Path, tls: Pair, accounts: Path = ACCOUNTS, *, port: int | None = None
    ) -> None:
        super().__init__(data_dir, port, durable=False)
        self._tls = tls
        self._accounts = accounts
        self.passwords = {user: f"p{secrets.token_hex(16)}" for user in (*SERVICES, OPERATOR)}

    def use(self, environment: Mapping[str, str]) -> None:
        """Take the passwords from the variables that a deployment gives the server."""
        self.passwords = {user: environment[variable(user)] for user in self.passwords}

    def url_of(self, user: str) -> str:
        """The URL with which a user logs in."""
        return f"tls://{user}:{self.passwords[user]}@{LOOPBACK}:{self.port}"

    def _config(self) -> str:
        (self._folder / "accounts.conf").write_text(self._accounts.read_text(encoding="utf-8"))
        return (
            super()._config()
            + "include accounts.conf\n"
            + f"tls {{ cert_file: {json.dumps(str(self._tls.certificate))}, "
            + f"key_file: {json.dumps(str(self._tls.key))} }}\n"
        )

    def _environment(self) -> Mapping[str, str]:
        return os.environ | {variable(user): password for user, password in self.passwords.items()}
