"""``monthline import``: a company's files into a deployment."""

import asyncio
from pathlib import Path
from typing import Annotated, NoReturn

import httpx2
import typer

from monthline.company.files import CompanyFiles
from monthline.company.loading import Loaded, check_company, load_company
from monthline.company.problems import CompanyInvalid
from monthline.company.reading import read_company
from monthline.demo.transport import Refusal, Transport, Unanswered
from monthline.deployment import Reached
from monthline.terminal import LanguageOption, refuse, spoken
from shared.contracts.words import Language
from shared.locale.catalogue import text

FAILED = 1
HERE = Reached()
_TIMEOUT = 30.0
PUT_CONTENT = "PUT /v1/plans/{plan_id}/content"

Directory = Annotated[Path, typer.Argument(help="The folder with people.csv, departments.csv and the rest.")]
DirectoryUrl = Annotated[
    str,
    typer.Option(envvar="MONTHLINE_DIRECTORY_URL", help="The directory service, such as https://host:8101."),
]
PlansUrl = Annotated[str, typer.Option(envvar="MONTHLINE_PLANS_URL", help="The plan service.")]
ScoringUrl = Annotated[str, typer.Option(envvar="MONTHLINE_SCORING_URL", help="The scoring service.")]
Token = Annotated[
    str,
    typer.Option(envvar="MONTHLINE_TOKEN", help="A bearer token of an administrator; better by environment."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check; enter nothing.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_company)


def import_company(
    directory: Directory,
    token: Token,
    directory_url: DirectoryUrl = HERE.monthline_directory_url,
    plans_url: PlansUrl = HERE.monthline_plans_url,
    scoring_url: ScoringUrl = HERE.monthline_scoring_url,
    dry_run: DryRun = False,
    language: LanguageOption = None,
) -> None:
    """Enter a company's files into a deployment; the same files again change nothing.

    Plans are checked and not entered: a draft is its author's, and nobody else writes it.

    Without the three addresses it is the deployment that ``monthline up`` runs on this machine.

    Ends with 2 when something in the files is wrong, with 1 when a service cannot be reached or says no.
    """
    tongue = spoken(language)
    addresses = {"directory": directory_url, "plans": plans_url, "scoring": scoring_url}
    loaded = Loaded()
    try:
        company = read_company(directory)
        asyncio.run(_import(company, addresses, token, tongue, None if dry_run else loaded))
    except CompanyInvalid as error:
        refuse(error.problems, tongue, changed=cut_short(loaded, tongue))
    except (Refusal, Unanswered, _Unreachable) as error:
        _fail("\n".join(filter(None, (str(error), cut_short(loaded, tongue)))))
    for line in report(company, None if dry_run else loaded, tongue):
        typer.echo(line)


async def _import(
    company: CompanyFiles, addresses: dict[str, str], token: str, language: Language, loaded: Loaded | None
) -> None:
    """Enter the company, counting in ``loaded`` what is in; without it only check."""
    addresses = {name: address.rstrip("/") for name, address in addresses.items()}
    async with httpx2.AsyncClient(headers={"Accept-Language": language}, timeout=_TIMEOUT) as http:
        await _reach_all(http, addresses)
        client = Transport(http, addresses, lambda: token)
        if loaded is None:
            await check_company(company, client)
        else:
            await load_company(company, client, loaded=loaded)


class _Unreachable(Exception):
    """A service is not there."""


async def _reach_all(http: httpx2.AsyncClient, addresses: dict[str, str]) -> None:
    """Ask every service whether it is ready before anything is entered in one of them."""
    for name, address in addresses.items():
        fix = f"start it, or give its address with --{name}-url"
        try:
            answer = await http.get(f"{address}/readyz")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise _Unreachable(
                f"the {name} service cannot be reached at {address} ({said}); {fix}"
            ) from error
        if not answer.is_success:
            status = f"{answer.status_code} {answer.text[:200]}"
            raise _Unreachable(f"the {name} service at {address} is not ready: {status}")


def report(company: CompanyFiles, loaded: Loaded | None, language: Language) -> list[str]:
    """What was entered, and what was not; ``loaded`` is None when nothing was to be."""
    name = company.company.name.of(language)
    if loaded is None:
        first = text("cli.import.checked", language, company=name)
    else:
        first = text("cli.import.entered", language, company=name, counts=_counts(loaded, language))
    return [first, *_plans_left_out(company, language)]


def cut_short(loaded: Loaded, language: Language) -> str:
    """What had been entered before an import failed; empty when nothing had."""
    if loaded == Loaded():
        return ""
    return text("cli.import.cut_short", language, counts=_counts(loaded, language, counted=True))


def _counts(loaded: Loaded, language: Language, *, counted: bool = False) -> str:
    """How much of each kind; with ``counted`` those alone of which there is any."""
    counts = {kind: count for kind, count in loaded.model_dump().items() if count or not counted}
    said = (text(f"cli.import.{kind}", language, count=count) for kind, count in counts.items())
    return text("cli.import.separator", language).join(said)


def _plans_left_out(company: CompanyFiles, language: Language) -> list[str]:
    count = len(company.plans) + len(company.later_plans)
    if not count:
        return []
    return [text("cli.import.plans", language, count=count, request=PUT_CONTENT)]


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(FAILED)
