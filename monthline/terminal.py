"""How commands speak to whoever typed them: their language, wrong files, and tables of any width."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from monthline.company.problems import Problem
from shared.contracts.words import Language

BAD_FILES = 2
"""The exit code when files cannot be used as they are."""

_UNLIMITED = 400

LanguageOption = Annotated[
    Language | None, typer.Option("--language", help="zh or en; by default what LANG says.")
]


def spoken(chosen: Language | None, environment: Mapping[str, str] = os.environ) -> Language:
    """The language chosen, else the locale's: Chinese where it says so, English elsewhere."""
    if chosen is not None:
        return chosen
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


def refuse(problems: Iterable[Problem], language: Language, *, changed: str = "") -> NoReturn:
    """Print every problem on a line of its own and end with exit code 2; ``changed`` is what was before."""
    listed = [problem.of(language) for problem in problems]
    for line in listed:
        typer.echo(line, err=True)
    count = len(listed)
    zh = f"共 {count} 处错误，{changed or '未作任何更改。'}"
    en = f"{count} {'thing is' if count == 1 else 'things are'} wrong; {changed or 'nothing was changed.'}"
    typer.echo(zh if language is Language.ZH else en, err=True)
    raise typer.Exit(BAD_FILES)


def complain(text: str) -> None:
    """A line on standard error, in red where that is a terminal."""
    typer.secho(text, fg="red" if sys.stderr.isatty() else None, err=True)


def console() -> Console:
    """Standard output, text as it is; where it is no terminal, lines are as long as they need to be."""
    width = None if sys.stdout.isatty() else _UNLIMITED
    return Console(width=width, markup=False, highlight=False, emoji=False)
