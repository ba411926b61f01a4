"""How a score proves itself: computed again from its own export, compared, and told in words."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import NO_RULE, CategoryFigures, add_up
from shared.contracts.scoring import CategoryLine, Score
from shared.contracts.values import Text, Value


class ScoreExport(Value):
    """A score with all that made it; ``labels`` are the names of its categories."""

    score: Score
    policy: ScoringPolicy
    labels: dict[str, Text] = Field(default_factory=dict)


class Difference(Value):
    """A place where an exported score does not say what its own figures give."""

    path: str
    exported: str
    recomputed: str


def read_export(document: dict[str, Any]) -> ScoreExport:
    """The export inside an answer of ``GET /v1/scores/{plan_id}``; other fields are left out.

    Raises:
        pydantic.ValidationError: the document holds no score.
    """
    return ScoreExport.model_validate(
        {name: document[name] for name in ScoreExport.model_fields if name in document}
    )


def recompute(export: ScoreExport) -> Score:
    """The score that the export's own items, figures, rules and policy give."""
    told = export.score
    result = add_up([_figures(line) for line in told.lines], export.policy)
    unruled = tuple(reason for reason in told.provisional if reason.startswith(f"{NO_RULE}:"))
    return told.model_copy(
        update={
            "formula_version": export.policy.formula_version,
            "policy_version": export.policy.version,
            "lines": result.lines,
            "exact": result.exact,
            "total": result.total,
            "band": result.band,
            "provisional": result.provisional + unruled,
        }
    )


def differences(export: ScoreExport) -> tuple[Difference, ...]:
    """Where the export and its recomputation differ, to the last decimal; empty when it holds."""
    told = dict(_leaves(export.score.model_dump(mode="json")))
    again = dict(_leaves(recompute(export).model_dump(mode="json")))
    return tuple(
        Difference(path=path, exported=told.get(path, ""), recomputed=again.get(path, ""))
        for path in sorted(told.keys() | again.keys())
        if told.get(path) != again.get(path)
    )


def _figures(line: CategoryLine) -> CategoryFigures:
    items = tuple((each.item, each.actual) for each in line.items)
    return CategoryFigures(line.category, line.rule, line.cap, items)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, str(value)
