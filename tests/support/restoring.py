"""A backup of a deployment, and its restoration into empty servers, as docs/operating.md describes it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from monthline.embedded import EmbeddedServers
from monthline.embedded.binaries import find_postgres
from monthline.registry import SERVICES

FILES = (
    "NATS_CA",
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
)


@dataclass(frozen=True)
class Backup:
    """Monthline's database, and the store of Temporal as it was at the same time or before."""

    database: Path
    engine: Path


def _run(program: str, *arguments: str) -> None:
    command = [find_postgres().program(program), *arguments]
    subprocess.run(
        command, env={"PATH": os.defpath, "LC_ALL": "C"}, capture_output=True, text=True, check=True
    )


def back_up(servers: EmbeddedServers, folder: Path) -> Backup:
    """Take a backup; Temporal is stopped for it, so that its store is never the later one."""
    servers.temporal.stop()
    engine = folder / "temporal"
    shutil.copytree(servers.temporal.data_dir / "temporal", engine)
    database = folder / "monthline.dump"
    _run("pg_dump", "--format=custom", f"--file={database}", servers.postgres.url)
    return Backup(database, engine)


@contextmanager
def restored(backup: Backup, environment: Mapping[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """The operator's environment of servers that were empty: the backup is in them, and nothing in NATS."""
    servers = EmbeddedServers(folder, headless=True)
    shutil.copytree(backup.engine, folder / "temporal")
    with servers:
        dsns = {
            service: make_url(environment[f"{service.upper()}_DATABASE_URL"]).set(
                port=servers.postgres.port, query={}
            )
            for service in SERVICES
        }
        with psycopg.connect(servers.postgres.url, autocommit=True) as connection:
            for url in dsns.values():
                connection.execute(
                    sql.SQL("create role {} login password {}").format(
                        sql.Identifier(url.username or ""), sql.Literal(url.password)
                    )
                )
        _run(
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            f"--dbname={servers.postgres.url}",
            str(backup.database),
        )
        yield {
            **environment,
            **dict.fromkeys(FILES, ""),
            **{f"{name.upper()}_DATABASE_URL": url.render_as_string(False) for name, url in dsns.items()},
            "DATABASE_URL": servers.postgres.url,
            "NATS_URL": servers.nats.url,
            "TEMPORAL_ADDRESS": servers.temporal.address,
            "TEMPORAL_TLS": "false",
        }
