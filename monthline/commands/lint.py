"""``monthline lint``: the plan linter over files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from monthline.company.files import CompanyFiles
from monthline.company.linting import Linted, lint_files
from monthline.company.plans import FOLDER
from monthline.company.problems import CompanyInvalid, Problem
from monthline.company.reading import gather, parse_company, unreadable
from monthline.company.story import STORY
from monthline.terminal import LanguageOption, console, refuse, spoken
from shared.contracts.plan import Finding
from shared.contracts.words import Language, Severity
from shared.locale.catalogue import text
from shared.locale.findings import finding_message
from shared.locale.labels import label

BLOCKED = 1
_STYLES = {Severity.BLOCK: "red", Severity.WARN: "yellow", Severity.INFO: "cyan"}
_COLUMNS = ("cli.lint.place", "cli.lint.severity", "cli.lint.code", "cli.lint.finding")

Files = Annotated[list[Path], typer.Argument(help="Plan files, such as plans/2026-03.p017.yaml.")]
CompanyOption = Annotated[
    Path | None,
    typer.Option("--company", help="Where templates.yaml is; by default the folder above the first file's."),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint")(lint)


def lint(files: Files, company: CompanyOption = None, language: LanguageOption = None) -> None:
    """Check plan files against the templates of their departments.

    Ends with 1 when a plan could not be submitted, with 2 when a file cannot be used.
    """
    tongue = spoken(language)
    try:
        linted = lint_files(_settings(company or files[0].resolve().parent.parent), _read(files))
    except CompanyInvalid as error:
        refuse(error.problems, tongue)
    _show(linted, tongue)
    if any(each.blocked for each in linted):
        raise typer.Exit(BLOCKED)


def _settings(directory: Path) -> CompanyFiles:
    """The company without its plans: only those that were named are checked."""
    files = gather(directory)
    return parse_company(
        {name: data for name, data in files.items() if name != STORY and not name.startswith(FOLDER)}
    )


def _read(files: list[Path]) -> dict[str, bytes]:
    read: dict[str, bytes] = {}
    found: list[Problem] = []
    for path in files:
        try:
            read[str(path)] = path.read_bytes()
        except OSError as error:
            found.append(unreadable(str(path), error))
    if found:
        raise CompanyInvalid(found)
    return read


def _show(linted: tuple[Linted, ...], language: Language) -> None:
    marked = [(each, finding) for each in linted for finding in each.findings]
    if marked:
        table = Table(*(text(column, language) for column in _COLUMNS))
        for each, finding in marked:
            table.add_row(*_cells(each, finding, language), style=_STYLES[finding.severity])
        console().print(table)
    blocked = sum(each.blocked for each in linted)
    counts = {"plans": len(linted), "findings": len(marked), "blocked": blocked}
    typer.echo(text("cli.lint.summary", language, **counts))


def _cells(each: Linted, finding: Finding, language: Language) -> tuple[str, str, str, str]:
    place = each.place(finding)
    return (
        ":".join(filter(None, (place.file, str(place.line or ""), place.column))),
        label("severity", finding.severity, language),
        finding.code,
        finding_message(finding, language),
    )
