"""``monthline demo``: a company's month on this machine, in under a minute."""

import asyncio
import signal
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from monthline.company.problems import CompanyInvalid
from monthline.demo.checks.evidence import Evidence
from monthline.demo.checks.verdict import verdict
from monthline.demo.display import Steps
from monthline.demo.failures import SPEAKING, WRONG_USE, advice
from monthline.demo.run import bill_for, played_month, wanted
from monthline.demo.state import DEFAULT_FOLDER, DataFolder
from monthline.terminal import LanguageOption, complain, console, refuse, spoken

FAILED = 1
USAGE = 2
INTERRUPTED = 130

CompanyOption = Annotated[
    Path | None, typer.Option("--company", help="Folder of your own company's files; by default the sample.")
]
FolderOption = Annotated[Path, typer.Option("--data-dir", help="Where servers, logs and mails are kept.")]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Play the month in a fresh folder, verify what came of it, and end.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

group = typer.Typer(invoke_without_command=True, no_args_is_help=False)


def add_to(app: typer.Typer) -> None:
    """Add the command and its ``reset``."""
    app.add_typer(group, name="demo")


@group.callback()
def demo(
    context: typer.Context,
    check: CheckOption = False,
    company: CompanyOption = None,
    data_dir: FolderOption = DEFAULT_FOLDER,
    language: LanguageOption = None,
) -> None:
    """Run a company's month in compressed time and stay up until Ctrl-C; again, it starts in seconds.

    Ends with 1 when something fails, with 2 when the company's files cannot be used.
    """
    if context.invoked_subcommand is not None:
        return
    steps = Steps(console(), spoken(language))
    with _told(steps):
        code = _check(company, steps) if check else _show(company, DataFolder(data_dir), steps)
    raise typer.Exit(code)


@group.command()
def reset(
    data_dir: FolderOption = DEFAULT_FOLDER, yes: YesOption = False, language: LanguageOption = None
) -> None:
    """Erase everything the demo has kept."""
    steps = Steps(console(), spoken(language))
    folder = DataFolder(data_dir)
    if not folder.path.exists():
        steps.note("demo.nothing_to_erase")
        return
    question = steps.say("demo.erase", folder=folder.path)
    if not yes and not typer.confirm(question):
        raise typer.Exit(FAILED)
    with _told(steps):
        with folder.held():
            folder.erase()
        folder.forget()
    steps.note("demo.erased")


def _show(company: Path | None, folder: DataFolder, steps: Steps) -> int:
    async def show() -> int:
        async with played_month(folder, bill_for(folder, company, steps), steps) as played:
            played.report(steps)
            steps.console.print()
            steps.note("demo.up")
            await _interrupted()
        return 0

    with folder.held():
        return _run(show, steps)


def _check(company: Path | None, steps: Steps) -> int:
    """A folder whose check failed is left behind, so that its logs can be read; wrong files make none."""
    new = wanted(company)
    folder = DataFolder(Path(tempfile.mkdtemp(prefix="monthline-check-")))

    async def check() -> int:
        async with played_month(folder, new.bill(folder), steps, fixed_ports=False) as played:
            return FAILED if await verdict(Evidence(played, new.company), steps) else 0

    code = FAILED
    try:
        code = _run(check, steps)
    finally:
        if code and folder.logs.exists():
            steps.note("demo.logs", folder=folder.logs)
        else:
            folder.erase()
            folder.forget()
    return code


def _run(work: Callable[[], Awaitable[int]], steps: Steps) -> int:
    """Runs ``work``; the first Ctrl-C or SIGTERM cancels it, the next ones wait for it to stop in order."""

    async def main() -> int:
        task = asyncio.current_task()
        asked: list[int] = []

        def stop(number: int) -> None:
            if not asked and task is not None:
                steps.console.print()
                steps.note("demo.stopping")
                task.cancel()
            asked.append(number)

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        return await work()

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        return INTERRUPTED


async def _interrupted() -> None:
    """Returns when the user has had enough."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()


@contextmanager
def _told(steps: Steps) -> Iterator[None]:
    """Turns what can go wrong into words and an exit code."""
    try:
        yield
    except CompanyInvalid as error:
        refuse(error.problems, steps.language)
    except WRONG_USE as error:
        complain(advice(error, steps))
        raise typer.Exit(USAGE) from None
    except SPEAKING as error:
        complain(str(error))
        raise typer.Exit(FAILED) from None
