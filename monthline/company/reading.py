"""How a directory becomes a company: every file read, or all of it refused with everything that is wrong."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from monthline.company import crosschecks
from monthline.company.figures import read_figures
from monthline.company.files import CompanyFiles, Sources
from monthline.company.plans import ENDINGS, FOLDER, plan_files, read_plans
from monthline.company.problems import FILE_MISSING, FILE_UNKNOWN, CompanyInvalid, Place, Problem, Source
from monthline.company.settings import POLICY, TEMPLATES, Policy, read_policy, read_templates
from monthline.company.story import STORY, Story, read_story
from monthline.company.structure import read_structure
from shared.locale.catalogue import sentence

TABLES = (
    "departments.csv",
    "people.csv",
    "delegations.csv",
    "absences.csv",
    "metrics.csv",
    "metric_values.csv",
)
KNOWN_FILES = frozenset({*TABLES, POLICY, TEMPLATES, STORY})
_DATA_ENDINGS = (".csv", ".yaml", ".yml", ".xlsx", ".xls")


def read_company(directory: Path) -> CompanyFiles:
    """The company in a directory.

    Raises:
        CompanyInvalid: something is wrong; it holds everything that is.
    """
    return parse_company(gather(directory))


def gather(directory: Path) -> dict[str, bytes]:
    """The bytes of a company's files by their names, plans as ``plans/…``.

    Raises:
        CompanyInvalid: there is no such directory, or a file in it cannot be read.
    """
    if not directory.is_dir():
        said = sentence("company.file.directory_missing")
        raise CompanyInvalid([Problem(Place(str(directory)), FILE_MISSING, said)])
    files: dict[str, bytes] = {}
    found: list[Problem] = []
    for path in sorted((*directory.glob("*"), *directory.glob(f"{FOLDER}*"))):
        name = path.relative_to(directory).as_posix()
        if path.name.startswith((".", "~$")) or not path.is_file():
            continue
        try:
            files[name] = path.read_bytes()
        except OSError as error:
            found.append(unreadable(name, error))
    if found:
        raise CompanyInvalid(found)
    return files


def unreadable(name: str, error: OSError) -> Problem:
    """A file that is there and cannot be read."""
    reason = error.strerror or str(error)
    return Problem(Place(name), FILE_MISSING, sentence("company.file.unreadable", reason=reason))


def parse_company(files: Mapping[str, bytes]) -> CompanyFiles:
    """The company that these files, by name, describe.

    Raises:
        CompanyInvalid: something is wrong; it holds everything that is.
    """
    found = [*_strangers(files)]
    policy = read_policy(files, found)
    structure = read_structure(files, policy[0].company.zone if policy else "Asia/Shanghai", found)
    templates = read_templates(files, structure.departments.known, found)
    figures = read_figures(files, structure.departments.known, found)
    plans = read_plans(files, found)
    story = read_story(files, found)
    read = crosschecks.Together(structure, templates, figures, plan_files(files), plans, story)
    found += crosschecks.check(read)
    if found or policy is None or templates is None or story is None:
        raise CompanyInvalid(found)
    return _company(policy[0], read, story[0], _sources(policy[1], read))


def _strangers(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Files that look like data and are not read: a misspelt name must not go unnoticed."""
    for name in files:
        plan = name.startswith(FOLDER)
        if plan and not name.endswith(ENDINGS):
            yield Problem(Place(name), FILE_UNKNOWN, sentence("company.file.plan_ending"))
        elif not plan and name not in KNOWN_FILES and name.lower().endswith(_DATA_ENDINGS):
            known = ", ".join(sorted(KNOWN_FILES))
            yield Problem(Place(name), FILE_UNKNOWN, sentence("company.file.unknown", known=known))


def _company(policy: Policy, read: crosschecks.Together, story: Story, sources: Sources) -> CompanyFiles:
    first = read.first_plans
    later = {name: one.plan for name, one in read.plans.items() if name not in first}
    return CompanyFiles(
        company=policy.company,
        departments=read.structure.departments.values,
        people=read.structure.people.values,
        delegations=read.structure.delegations.values,
        absences=read.structure.absences.values,
        templates=tuple(one.template for one in read.templates or ()),
        cycle=policy.cycle,
        scoring=policy.scoring,
        metrics=read.figures.metrics.values,
        metric_values=read.figures.records.values,
        plans=tuple(one.plan for one in first.values()),
        later_plans=later,
        story=story,
        organisation=read.structure.organisation,
        sources=sources,
    )


def _sources(policy: Source, read: crosschecks.Together) -> Sources:
    structure, figures = read.structure, read.figures
    found: dict[tuple[str, str], Source] = {("policy", ""): policy}
    found |= {("departments", value.id): row for row, value in structure.departments.entries}
    found |= {("people", value.id): row for row, value in structure.people.entries}
    found |= {("delegations", value.id): row for row, value in structure.delegations.entries}
    found |= {("absences", value.id): row for row, value in structure.absences.entries}
    found |= {("templates", one.template.department): one.source for one in read.templates or ()}
    found |= {("metrics", value.id): row for row, value in figures.metrics.entries}
    found |= {
        ("metric_values", f"{value.metric} {value.month}"): row for row, value in figures.records.entries
    }
    found |= {
        ("plans", f"{one.plan.person} {one.plan.month}"): one.document for one in read.first_plans.values()
    }
    return found
