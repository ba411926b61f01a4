"""The sentences of the linter's findings, for every service that shows a revision to people."""

from collections.abc import Iterable, Mapping

from shared.contracts.plan import Finding
from shared.contracts.words import Language
from shared.locale.catalogue import filled, known


class SpokenFinding(Finding):
    """A finding with its sentence in the caller's language."""

    message: str


def spoken(findings: Iterable[Finding], language: Language) -> list[SpokenFinding]:
    """The findings with their sentences; one that this version has no sentence for shows its code."""
    return [
        SpokenFinding(**finding.model_dump(), message=finding_message(finding, language))
        for finding in findings
    ]


def finding_message(finding: Finding, language: Language) -> str:
    """The sentence of a finding; names of the company's own in the reader's language."""
    code = f"finding.{finding.code}"
    if not known(code):
        return finding.code
    return filled(code, language, _readable(finding.parameters, language))


def _readable(parameters: Mapping[str, str], language: Language) -> Mapping[str, str]:
    label = parameters.get(f"label_{language}", parameters.get("label_en"))
    return parameters if label is None else {**parameters, "label": label}
