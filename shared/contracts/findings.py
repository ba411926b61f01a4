"""The words of the linter's findings, for every service that shows a revision to people."""

from collections.abc import Iterable, Mapping

from shared.contracts.plan import Finding
from shared.contracts.values import Text
from shared.contracts.words import Language

FINDINGS: Mapping[str, Text] = {
    "share.total": Text(
        zh="各项占比合计为 {total}%，应为 100%，相差 {gap}。",
        en="The shares sum to {total} %, they must sum to 100 % (gap {gap}).",
    ),
    "share.category_min": Text(
        zh="“{label}”占比 {share}%，低于模板要求的 {minimum}%。",
        en="{label} share {share} % is below {minimum} %, the template's minimum.",
    ),
    "share.category_max": Text(
        zh="“{label}”占比 {share}%，高于模板允许的 {maximum}%。",
        en="{label} share {share} % is above {maximum} %, the template's maximum.",
    ),
    "share.routine": Text(
        zh="事务性工作占比 {share}%，超过 {limit}% 的上限。",
        en="Routine work has {share} %, more than the limit of {limit} %.",
    ),
    "items.count": Text(
        zh="“{label}”有 {count} 项（占比大于 0），应为 {minimum} 至 {maximum} 项。",
        en="{label} has {count} items with a share; the template asks for {minimum} to {maximum}.",
    ),
    "items.empty_category": Text(
        zh="“{label}”要求至少 {minimum}% 的占比，但没有任何任务。",
        en="{label} must have a share of at least {minimum} % and has no item.",
    ),
    "items.unknown_category": Text(
        zh="模板中没有“{category}”这一类别；可用类别：{known}。",
        en="The template has no category {category}; it has {known}.",
    ),
    "measure.missing": Text(
        zh="“{title}”没有可衡量的目标：请填写目标值和单位，或列出里程碑。",
        en="“{title}” has no measurable end: state a target with its unit, or list milestones.",
    ),
}


class SpokenFinding(Finding):
    """A finding with its sentence in the caller's language."""

    message: str


class _Stored(dict[str, str]):
    """Parameters of a finding that an older version stored: what it did not know reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def sentence(text: Text, parameters: Mapping[str, str], language: Language) -> str:
    """A text with its parameters in their places, labels in the reader's language."""
    known = _Stored(parameters)
    if f"label_{language}" in parameters:
        known["label"] = parameters[f"label_{language}"]
    return text.of(language).format_map(known)


def spoken(findings: Iterable[Finding], language: Language) -> list[SpokenFinding]:
    """The findings with their sentences; one that this version has no sentence for shows its code."""
    return [
        SpokenFinding(**finding.model_dump(), message=_message(finding, language)) for finding in findings
    ]


def _message(finding: Finding, language: Language) -> str:
    text = FINDINGS.get(finding.code)
    return sentence(text, finding.parameters, language) if text else finding.code
