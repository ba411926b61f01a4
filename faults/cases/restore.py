"""R1: a backup of the database restored beside an empty NATS and an empty Temporal."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from faults.cases.events import letters_wait
from faults.cases.registry import fault
from faults.stack import ROLES, Stack
from faults.world import World
from monthline.audit import republish
from monthline.audit.reading import Reader
from monthline.embedded.binaries import find_postgres
from monthline.embedded.postgres import DATABASE
from monthline.provision import provision_database, provision_stream
from monthline.registry import SERVICES


@fault(
    "R1",
    "backup restored into empty servers",
    without=("reconciler",),
    breaks="has no running lifecycle",
)
async def restored(world: World) -> None:
    """The reconciler starts every lifecycle again, and what NATS had not handed over is told again."""
    stack = world.stack
    await world.unit("notify").hold()
    walkers = await world.take(world.size(4, 30))
    await world.each(walkers, lambda walker: walker.do(walker.onwards(world.rng)))
    async with asyncio.timeout(30):
        while await letters_wait(world):
            await asyncio.sleep(0.2)
    await asyncio.gather(*(world.unit(role.name).hold() for role in ROLES))
    backup = stack.folder / "backup.dump"
    await asyncio.to_thread(_dump, stack, backup)
    await asyncio.to_thread(_emptied, stack)
    await asyncio.to_thread(_restore, stack, backup)
    await asyncio.to_thread(provision_database, stack.deployment, _quietly)
    await provision_stream(stack.deployment, _quietly)
    await asyncio.gather(*(world.unit(role.name).release() for role in ROLES))
    world.notes.append(f"{await _republished(stack)} events told again")
    for walker in walkers:
        before = walker.version
        await walker.look()
        world.check(walker.version == before, f"{walker.plan} is at {walker.version}, it was at {before}")
        await walker.do(walker.any(world.rng))


def _dump(stack: Stack, backup: Path) -> None:
    _run("pg_dump", "--format=custom", "--file", str(backup), stack.servers.postgres.url)


def _restore(stack: Stack, backup: Path) -> None:
    url = stack.servers.postgres.url
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--dbname", url, str(backup))


def _run(program: str, *arguments: str) -> None:
    command = [find_postgres().program(program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{program} ended with {done.returncode}: {done.stderr[-500:]}")


def _emptied(stack: Stack) -> None:
    """Empty servers: no database, no roles, no stream, no history."""
    servers = stack.servers
    for server, folder in ((servers.nats, "nats"), (servers.temporal, "temporal")):
        server.stop()
        shutil.rmtree(stack.folder / folder)
        server.start()
        server.wait_ready()
    with psycopg.connect(servers.postgres.url_of("postgres"), autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("drop database {} with (force)").format(name))
        for service in SERVICES:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(f"monthline_{service}")))
        connection.execute(sql.SQL("create database {}").format(name))


async def _republished(stack: Stack) -> int:
    """As ``monthline audit republish`` does."""
    async with Reader(stack.deployment) as reader:
        lost = republish.lost(await reader.read())
    for service, ids in lost.items():
        await republish.send_again(stack.deployment, service, ids)
    return sum(len(ids) for ids in lost.values())


def _quietly(_line: str) -> None:
    """The drill says itself what it does."""
