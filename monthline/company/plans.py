"""How a file in plans/ becomes what one person plans, and will report, in one month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monthline.company.documents import Document, read_document
from monthline.company.problems import Problem
from monthline.company.wording import build
from services.plans.domain import progress as progress_rules
from shared.contracts.plan import PlanContent, ProgressEntry
from shared.contracts.values import Code, Month
from shared.locale.catalogue import sentence

FOLDER = "plans/"
ENDINGS = (".yaml", ".yml")


class PlanFile(PlanContent):
    """One person's plan of a month; ``progress`` is what they will report once it is tracked."""

    person: Code
    month: Month
    progress: tuple[ProgressEntry, ...] = ()

    @property
    def content(self) -> PlanContent:
        """The plan as it is drafted and submitted."""
        return PlanContent(items=self.items, note=self.note)


@dataclass(frozen=True)
class WrittenPlan:
    """A plan and the document it was read from."""

    plan: PlanFile
    document: Document


def read_plan(name: str, data: bytes, found: list[Problem]) -> WrittenPlan | None:
    """The plan in a file; None when it cannot be read, with the reasons in ``found``."""
    document = read_document(name, data, found)
    plan = None if document is None else build(PlanFile, document.data(), document, found)
    if document is None or plan is None:
        return None
    found += _progress_problems(plan, document)
    return WrittenPlan(plan, document)


def plan_files(files: Mapping[str, bytes]) -> frozenset[str]:
    """The names of the files that hold plans."""
    return frozenset(name for name in files if name.startswith(FOLDER) and name.endswith(ENDINGS))


def read_plans(files: Mapping[str, bytes], found: list[Problem]) -> dict[str, WrittenPlan]:
    """Every plan in plans/, by the name of its file."""
    read = ((name, read_plan(name, files[name], found)) for name in sorted(plan_files(files)))
    return {name: plan for name, plan in read if plan is not None}


def _progress_problems(plan: PlanFile, document: Document) -> Iterator[Problem]:
    for index, entry in enumerate(plan.progress):
        for broken in progress_rules.problems(plan.content, (entry,), plan.month, today=None):
            field = broken.path.rpartition(".")[2]
            said = sentence(f"field.{broken.code}", **broken.parameters)
            yield Problem(document.place(("progress", index, field)), broken.code, said)
