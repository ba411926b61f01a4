"""Renders what refusals, findings, fields and scores say, with sample parameters, in every language."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from pydantic_core import ErrorDetails

from services.directory.domain import problems as of_directory
from services.plans.domain.opening import MONTHS_AHEAD, month_problems
from services.scoring.domain.explain import ScoreExport
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from services.scoring.domain.wording import sentences
from shared.contracts.plan import Finding
from shared.contracts.refusals import REFUSALS, Refusal, StaleVersion
from shared.contracts.words import Direction, Language, Severity
from shared.locale import validation_messages
from shared.locale.catalogue import catalogue, sentence
from shared.locale.findings import finding_message
from shared.locale.labels import label
from shared.locale.problems import problem, translated
from shared.locale.validation_messages import field_message
from tests.unit.services.scoring.build import (
    ALL_OR_NOTHING,
    BINARY,
    actual,
    closed,
    count,
    item,
    metric,
    rule,
    staged,
)

Rendered = Iterator[tuple[str, Mapping[str, Any]]]

DETAILS = {
    "actor": "p001",
    "allowed": "drafting, hr_review",
    "current": 7,
    "expected": 5,
    "month": "2026-03",
    "most": 200,
    "move": "approve",
    "needs": "hr_reviewer, admin",
    "of": "person",
    "party": "author, reviewer",
    "path": "items[0].links.metric",
    "reason": "expired_token",
    "retry_after": 5,
    "stage": "hr_review",
    "until": "2026-04-10T18:00:00+08:00",
    "what": "progress entry",
}
FINDING = {
    "category": "core",
    "count": "1",
    "first": "2026-03-01",
    "gap": "9.5",
    "item": "a",
    "known": "core, weak",
    "label_en": "Core work",
    "label_zh": "核心任务",
    "last": "2026-03-31",
    "limit": "30",
    "maximum": "5",
    "milestone": "launch",
    "minimum": "2",
    "share": "31",
    "title": "Launch",
    "today": "2026-03-10",
    "total": "90.5",
}
CONTEXT = {
    "discriminator": "'kind'",
    "expected": "'a' or 'b'",
    "expected_tags": "'metric', 'count'",
    "ge": 1,
    "gt": 0,
    "le": 9,
    "lt": 10,
    "max_length": 300,
    "min_length": 1,
    "pattern": "^.$",
}


def rendered() -> dict[str, Any]:
    """Every sentence by a stable name."""
    found: dict[str, Any] = {}
    for part in (problems, label_words, findings, fields, of_the_directory, of_the_opening, explanations):
        found.update(part())
    return found


def each(say: Callable[[Language], Any]) -> dict[str, Any]:
    """The same in every language."""
    return {language.value: say(language) for language in Language}


def problems() -> Rendered:
    """Title and detail of every refusal, and what a detail says that is not given."""
    shipped = {code: kind for code, kind in REFUSALS.items() if kind.__module__ == Refusal.__module__}
    variants: dict[str, Refusal] = {code: kind(**DETAILS) for code, kind in shipped.items()}
    variants["version.stale later"] = StaleVersion(expected=5, stage="hr_review")
    variants["version.stale thing"] = StaleVersion(expected=5, current=7)
    variants["move.wrong_stage unsaid"] = REFUSALS["move.wrong_stage"]()
    for name, refused in variants.items():
        yield f"problem {name}", each(partial(_problem, refused))


def _problem(refused: Refusal, language: Language) -> list[str]:
    told = problem(refused, language, "")
    return [told["title"], told["detail"]]


def label_words() -> Rendered:
    """The words of the domain."""
    for code in catalogue(Language.EN).texts:
        if code.startswith("label."):
            _, kind, word = code.split(".")
            yield f"label {kind} {word}", each(partial(label, kind, word))


def findings() -> Rendered:
    """The linter's findings and refused progress."""
    for code in catalogue(Language.EN).texts:
        family, _, name = code.partition(".")
        if family == "finding":
            yield f"finding {name}", each(partial(finding_message, _finding(name, FINDING)))
        elif code.startswith("field.progress."):
            yield f"finding {name}", each(sentence(code, **FINDING).of)
    yield "finding unknown", each(partial(finding_message, _finding("share.future", {})))
    yield "finding unsaid", each(partial(finding_message, _finding("share.total", {"total": "9"})))


def _finding(code: str, parameters: dict[str, str]) -> Finding:
    return Finding(code=code, severity=Severity.BLOCK, path="items", parameters=parameters)


def fields() -> Rendered:
    """What is wrong with a field, by the type of pydantic's error."""
    for kind in sorted({*validation_messages.BY_TYPE, *validation_messages.BY_PREFIX, "unheard_of"}):
        yield f"field {kind}", _field(kind)
    for pattern in validation_messages.BY_PATTERN:
        yield f"field pattern {pattern}", _field("string_pattern_mismatch", pattern=pattern)
    for code in catalogue(Language.EN).texts:
        if code.startswith("field.own."):
            yield f"field own {code.rpartition('.')[2]}", _field(code.removeprefix("field.own."))


def _field(kind: str, **context: Any) -> Mapping[str, Any]:
    found = ErrorDetails(type=kind, loc=(), msg="", input="", ctx={**CONTEXT, **context})
    return each(field_message(found).of)


def of_the_directory() -> Rendered:
    """What the directory refuses."""
    found = {
        "unknown_department": of_directory.unknown_department(()),
        "unknown_person": of_directory.unknown_person(()),
        "duplicate_id": of_directory.duplicate_id((), 2),
        "reversed_period": of_directory.reversed_period(()),
        "tree_cycle": of_directory.tree_cycle((), ("a", "b", "a")),
        "delegation_to_self": of_directory.delegation_to_self(()),
        "delegation_taker": of_directory.delegation_taker(()),
        "delegation_step": of_directory.delegation_step(()),
        "delegation_cycle": of_directory.delegation_cycle((), ("a", "b", "a")),
        "delegation_chain": of_directory.delegation_chain((), ("a", "b", "c"), 2),
        "span_too_long": of_directory.span_too_long((), 1500),
        "year_out_of_reach": of_directory.year_out_of_reach((), 2010, 2059),
    }
    for name, one in found.items():
        yield f"directory {name}", each(one.of)


def of_the_opening() -> Rendered:
    """Why a month cannot be opened."""
    today = date(2026, 3, 10)
    for name, month in (("past", "2026-02"), ("too_far", f"{2027 + MONTHS_AHEAD // 12}-12")):
        yield f"opening {name}", each(partial(translated, month_problems(month, today)))


def explanations() -> Rendered:
    """The arithmetic of a score with every kind of item and remark."""
    plan = closed(
        [
            item("scrap", 30, "core", metric(3, 8, Direction.LOWER)),
            item("sales", 20, "core", metric(100)),
            item("worse", 10, "core", metric(100, 50)),
            item("calls", 10, "core", count(4)),
            staged("launch", 10, {"draft": 1, "done": 1}),
            item("empty", 5, "core", staged("x", 1, {}).measure),
            item("pilot", 10, "innovation", BINARY),
            item("stray", 5, "unruled", BINARY),
        ],
        [actual("scrap", "5.5"), actual("sales", 180), actual("worse", 20), actual("launch", None, "draft")],
        [rule("core"), rule("innovation", ALL_OR_NOTHING)],
    )
    policy = ScoringPolicy(version=3)
    names = {each_rule.id: each_rule.label for each_rule in plan.categories}
    export = ScoreExport(score=score_plan(plan, policy), policy=policy, labels=names)
    yield "explanation", each(lambda language: list(sentences(export, language)))


def written(found: Mapping[str, Any]) -> str:
    """The golden file's form: sorted, readable, one final newline."""
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
