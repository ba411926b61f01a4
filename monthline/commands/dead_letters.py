"""``monthline dead-letters``: messages that a consumer gave up on, and taking them again."""

import asyncio
import importlib
from typing import Annotated

import typer
from pydantic import AnyHttpUrl
from rich.table import Table

from monthline.commands.surroundings import deployment, usable
from monthline.deployment import Deployment
from monthline.registry import SERVICES
from monthline.terminal import complain, console
from shared.base.diagnosis import POSTGRES
from shared.base.settings import Settings
from shared.bus.consumer import Consumer, Reaction
from shared.bus.jetstream import Bus
from shared.org.common_tables import tables
from shared.process.runner import Service
from shared.store.db import Database
from shared.store.outbox import DeadLetter, Outbox

Name = Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")]
UNUSED = AnyHttpUrl("https://unused.invalid")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Messages that a consumer gave up on.")
    group.command("list")(list_letters)
    group.command("replay")(replay)
    app.add_typer(group, name="dead-letters")


def list_letters(service: Name) -> None:
    """List the dead letters of a service that have not been replayed."""
    letters = asyncio.run(_read(service))
    table = Table("id", "at", "consumer", "subject", "attempts", "error", box=None)
    for letter in letters:
        table.add_row(
            str(letter.id),
            f"{letter.at:%Y-%m-%d %H:%M:%S}",
            letter.consumer,
            letter.subject,
            str(letter.attempts),
            letter.error,
        )
    if letters:
        console().print(table)
    console().print(f"{len(letters)} dead letters in {service}")


def replay(service: Name) -> None:
    """Take every dead letter of a service again; those that fail again stay listed, then exit 1."""
    taken, failed = asyncio.run(_replay(service))
    for letter, reason in failed:
        complain(f"{letter.id} {letter.subject}: {reason}")
    console().print(f"{taken} replayed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


def open_service(service: str) -> tuple[Database, Outbox]:
    """A service's database and its outbox; exit 2 when there is no such service."""
    if service not in SERVICES:
        complain(f"There is no service {service}; choose one of {', '.join(SERVICES)}.")
        raise typer.Exit(2)
    target = deployment()
    return Database(target.dsn(service), pool=2), tables(service).outbox


async def _read(service: str) -> list[DeadLetter]:
    database, outbox = open_service(service)
    try:
        with usable(POSTGRES, database.address):
            async with database.transaction() as connection:
                return await outbox.dead_letters(connection)
    finally:
        await database.close()


async def _replay(service: str) -> tuple[int, list[tuple[DeadLetter, str]]]:
    database, outbox = open_service(service)
    reactions = await reactions_of(service, deployment())
    failed: list[tuple[DeadLetter, str]] = []
    letters = await _read(service)
    try:
        for letter in letters:
            reason = await _take(database, outbox, reactions, letter)
            if reason:
                failed.append((letter, reason))
    finally:
        await database.close()
    return len(letters) - len(failed), failed


async def _take(
    database: Database, outbox: Outbox, reactions: dict[str, Reaction], letter: DeadLetter
) -> str:
    """Why the letter could not be taken; empty when it was."""
    consumer = consumer_of(database, outbox, reactions, letter.consumer)
    reason = await taken_again(consumer, letter.subject, letter.body)
    if reason:
        return reason
    async with database.transaction() as connection:
        await outbox.mark_replayed(connection, letter)
    return ""


def consumer_of(
    database: Database, outbox: Outbox, reactions: dict[str, Reaction], durable: str
) -> Consumer | None:
    """The consumer with that durable, which is given messages by hand; None when there is none any more."""
    reaction = reactions.get(durable)
    return Consumer(database, outbox, Bus("nats://unused", name="replay"), reaction) if reaction else None


async def taken_again(consumer: Consumer | None, subject: str, body: str) -> str:
    """Why the message could not be taken; empty when it was."""
    if consumer is None:
        return "that consumer is no more"
    try:
        await consumer.apply(subject, body.encode())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


async def reactions_of(service: str, target: Deployment) -> dict[str, Reaction]:
    """The service's reactions by their durable names, composed as its process composes them."""
    settings = Settings(
        database_url=target.dsn(service),
        nats_url=target.nats_url,
        company=target.company,
        oidc_issuer=str(UNUSED),
        oidc_jwks_url=UNUSED,
    )
    compose = importlib.import_module(f"services.{service}.__main__").compose
    composed: Service = await compose(settings)
    return {reaction.durable: reaction for reaction in composed.reactions}
