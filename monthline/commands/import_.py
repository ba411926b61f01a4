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

FAILED = 1
HERE = Reached()
_TIMEOUT = 30.0

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

    Without the three addresses it is the deployment that ``monthline up`` runs on this machine.

    Ends with 2 when something in the files is wrong, with 1 when a service cannot be reached or says no.
    """
    tongue = spoken(language)
    addresses = {"directory": directory_url, "plans": plans_url, "scoring": scoring_url}
    try:
        company = read_company(directory)
        loaded = asyncio.run(_import(company, addresses, token, tongue, dry_run))
    except CompanyInvalid as error:
        refuse(error.problems, tongue)
    except (Refusal, Unanswered, _Unreachable) as error:
        _fail(str(error))
    _report(company, loaded, tongue)


async def _import(
    company: CompanyFiles, addresses: dict[str, str], token: str, language: Language, dry_run: bool
) -> Loaded | None:
    """What was entered; nothing on a dry run."""
    addresses = {name: address.rstrip("/") for name, address in addresses.items()}
    async with httpx2.AsyncClient(headers={"Accept-Language": language}, timeout=_TIMEOUT) as http:
        await _reach_all(http, addresses)
        client = Transport(http, addresses, lambda: token)
        if dry_run:
            await check_company(company, client)
            return None
        return await load_company(company, client)


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


def _report(company: CompanyFiles, loaded: Loaded | None, language: Language) -> None:
    chinese = language is Language.ZH
    name = company.company.name.of(language)
    if loaded is None:
        typer.echo(
            f"{name}：文件无误，未作任何更改。" if chinese else f"{name}: all is well, nothing was entered."
        )
        return
    counts = loaded.model_dump()
    labels = _LABELS_ZH if chinese else {kind: kind.replace("_", " ") for kind in counts}
    listed = [f"{labels[kind]} {count}" for kind, count in counts.items()]
    typer.echo(f"{name}：" + "，".join(listed) if chinese else f"{name}: " + ", ".join(listed))


_LABELS_ZH = {
    "departments": "部门",
    "people": "人员",
    "delegations": "委托",
    "absences": "缺勤",
    "templates": "模板",
    "metrics": "指标",
    "metric_values": "指标数值",
}


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(FAILED)
