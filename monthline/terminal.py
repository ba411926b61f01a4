"""How commands speak to whoever typed them: their language, wrong files, and tables of any width."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from monthline.company.problems import Problem
from shared.contracts.words import Language
from shared.locale.catalogue import text
from shared.locale.negotiation import language_of

BAD_FILES = 2
"""The exit code when files cannot be used as they are."""

_UNLIMITED = 400

LanguageOption = Annotated[Language | None, typer.Option("--language", help="By default what LANG says.")]


def spoken(chosen: Language | None, environment: Mapping[str, str] = os.environ) -> Language:
    """The language chosen, else the locale's, English where there are no texts in that."""
    if chosen is not None:
        return chosen
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return language_of(locale.partition("_")[0].partition(".")[0])


def refuse(problems: Iterable[Problem], language: Language, *, changed: str = "") -> NoReturn:
    """Print every problem on a line of its own and end with exit code 2; ``changed`` is what was before."""
    listed = [problem.of(language) for problem in problems]
    for line in listed:
        typer.echo(line, err=True)
    outcome = changed or text("cli.unchanged", language)
    typer.echo(text("cli.wrong", language, count=len(listed), changed=outcome), err=True)
    raise typer.Exit(BAD_FILES)


def complain(line: str) -> None:
    """A line on standard error, in red where that is a terminal."""
    typer.secho(line, fg="red" if sys.stderr.isatty() else None, err=True)


def console() -> Console:
    """Standard output, text as it is; where it is no terminal, lines are as long as they need to be."""
    width = None if sys.stdout.isatty() else _UNLIMITED
    return Console(width=width, markup=False, highlight=False, emoji=False)
