"""``monthline explain``: a score's export computed again, to the last decimal, and told in words."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.table import Table

from monthline.company.problems import FILE_SYNTAX, INVALID, Place, Problem
from monthline.company.reading import unreadable
from monthline.terminal import LanguageOption, console, refuse, spoken
from services.scoring.domain.explain import ScoreExport, differences, read_export
from services.scoring.domain.wording import sentences
from shared.contracts.words import Language
from shared.locale.catalogue import Sentence, sentence, text
from shared.locale.validation_messages import field_message

DIFFERS = 1

ExportFile = Annotated[Path, typer.Argument(help="The answer of GET /v1/scores/{plan_id} as a JSON file.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(file: ExportFile, language: LanguageOption = None) -> None:
    """Recompute an exported score and print its arithmetic.

    Ends with 1 when the export does not say what its own figures give, with 2 when it holds no score.
    """
    tongue = spoken(language)
    export = _export(file, tongue)
    for line in sentences(export, tongue):
        typer.echo(line)
    if not _holds(export, tongue):
        raise typer.Exit(DIFFERS)


def _holds(export: ScoreExport, language: Language) -> bool:
    found = differences(export)
    if not found:
        typer.echo(text("cli.explain.same", language))
        return True
    columns = ("cli.explain.field", "cli.explain.exported", "cli.explain.recomputed")
    table = Table(*(text(column, language) for column in columns))
    for each in found:
        table.add_row(each.path, each.exported, each.recomputed)
    console().print(table)
    typer.echo(text("cli.explain.differs", language, count=len(found)), err=True)
    return False


def _export(file: Path, language: Language) -> ScoreExport:
    name = str(file)
    try:
        return read_export(_document(file.read_bytes().decode("utf-8-sig")))
    except OSError as error:
        refuse((unreadable(name, error),), language)
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno, str(error.colno))
        _refuse(place, FILE_SYNTAX, sentence("cli.explain.json", reason=error.msg), language)
    except ValidationError as error:
        refuse(
            (
                Problem(Place(name, path=".".join(map(str, each["loc"]))), INVALID, field_message(each))
                for each in error.errors(include_url=False)
            ),
            language,
        )
    except ValueError as error:
        _refuse(Place(name), FILE_SYNTAX, sentence("cli.explain.no_export", reason=str(error)), language)


def _document(source: str) -> dict[str, Any]:
    # A number that somebody's tool wrote without quotes keeps all its digits.
    document = json.loads(source, parse_float=Decimal, parse_constant=_no_number)
    if not isinstance(document, dict):
        raise ValueError("an object is wanted")
    return document


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _refuse(place: Place, code: str, said: Sentence, language: Language) -> NoReturn:
    refuse((Problem(place, code, said),), language)
