"""How policy.yaml and templates.yaml become a company's settings."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from monthline.company.documents import Document, read_document
from monthline.company.problems import DUPLICATE, UNKNOWN, Problem, Source
from monthline.company.sheets import missing
from monthline.company.wording import build
from services.plans.domain.lint.linter import unknown_rules
from services.scoring.domain.policy import ScoringPolicy
from shared.contracts.calendar import CyclePolicy
from shared.contracts.organisation import Zone
from shared.contracts.plan import Template
from shared.contracts.values import Code, Text, Value
from shared.locale.catalogue import sentence

POLICY = "policy.yaml"
TEMPLATES = "templates.yaml"


class Company(Value):
    """The company itself: its id, its name, and the zone of its deadlines."""

    id: Code
    name: Text
    zone: Zone = "Asia/Shanghai"


class Policy(Value):
    """What policy.yaml says; what it does not say keeps the shipped default."""

    company: Company
    cycle: CyclePolicy = CyclePolicy()
    scoring: ScoringPolicy = ScoringPolicy()


@dataclass(frozen=True)
class WrittenTemplate:
    """A template and where it is written."""

    template: Template
    source: Source


def read_policy(files: Mapping[str, bytes], found: list[Problem]) -> tuple[Policy, Source] | None:
    """The policy and where it is written; None when it cannot be read."""
    document = _document(POLICY, files, found)
    if document is None:
        return None
    data = document.data()
    if isinstance(data, dict) and "cycle" in data:
        data["cycle"] = _over(CyclePolicy().model_dump(mode="json"), data["cycle"])
    policy = build(Policy, data, document, found)
    return None if policy is None else (policy, document)


def read_templates(
    files: Mapping[str, bytes], departments: Container[str], found: list[Problem]
) -> tuple[WrittenTemplate, ...] | None:
    """The templates of templates.yaml, at most one for a department; None when there is no telling."""
    document = _document(TEMPLATES, files, found)
    if document is None:
        return None
    before = len(found)
    listed = build(_TemplateList, document.data(), document, found)
    if listed is None:
        return None
    written = tuple(
        WrittenTemplate(template, document.part("templates", index))
        for index, template in enumerate(listed.templates)
    )
    _check_templates(written, departments, found)
    return written if len(found) == before else None


class _TemplateList(Value):
    templates: tuple[Template, ...]


def _check_templates(
    written: tuple[WrittenTemplate, ...], departments: Container[str], found: list[Problem]
) -> None:
    seen: set[str] = set()
    for one in written:
        name = one.template.department
        if name not in departments:
            said = sentence("company.unknown.department", name=name)
            found.append(Problem(one.source.place(("department",)), UNKNOWN, said))
        if name in seen:
            said = sentence("company.template.twice", name=name)
            found.append(Problem(one.source.place(("department",)), DUPLICATE, said))
        seen.add(name)
        for code in unknown_rules(one.template):
            said = sentence("company.unknown.rule", name=code)
            found.append(Problem(one.source.place(("severities", code)), UNKNOWN, said))


def _document(name: str, files: Mapping[str, bytes], found: list[Problem]) -> Document | None:
    if name not in files:
        found.append(missing(name))
        return None
    return read_document(name, files[name], found)


def _over(defaults: Mapping[str, Any], written: Any) -> Any:
    """What is written, laid over the defaults field by field: a step that sets its days keeps its ladder."""
    if not isinstance(written, dict):
        return written
    laid = {
        name: _over(defaults[name], value) if isinstance(defaults.get(name), dict) else value
        for name, value in written.items()
    }
    return {**defaults, **laid}
