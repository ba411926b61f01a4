"""Every text that the program can ask for, with the parameters it gives, as far as the code says so."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from monthline.company.loading import Loaded
from monthline.demo.stack import ISSUER, MAIL_PAGE
from monthline.registry import SERVICES
from services.notify.rendering import UNKNOWN, UNKNOWN_PLAN
from services.plans.domain.lint.rules import RULES
from services.scoring.domain import measure, score
from services.scoring.domain.policy import DEFAULT_BANDS
from shared.contracts.notices import NOTICES, Cause
from shared.contracts.refusals import REFUSALS, Refusal
from shared.contracts.words import Milestone, Move, Party, Role, Rung, Severity, Stage

ROOT = Path(__file__).parents[4]
PRODUCT = ("monthline", "services", "shared", "workflows")
FAMILIES = (
    "cli",
    "company",
    "date",
    "demo",
    "field",
    "finding",
    "label",
    "list",
    "mail",
    "notice",
    "problem",
    "score",
)
CODE = re.compile(rf"(?:{'|'.join(FAMILIES)})(?:\.[a-z0-9_]+)+")
OTHERS = frozenset({"demo.json", "demo.lock", "mail.html", "notice.unknown"})
"""Names of files, and of a line in the log, which look like codes."""

SAYING = frozenset({"text", "sentence", "field_error", "say", "note", "done", "_say", "in_every_language"})
"""The functions that take a text's code and its parameters by name."""

WANTED = (ast.Assign, ast.Call, ast.Constant)
N = TypeVar("N", bound=ast.AST)

Uses = Mapping[str, frozenset[str] | None]
"""By code the parameters that are given; None where the code does not say."""

SHOWN_MILESTONES = frozenset(Milestone) - {Milestone.CLOSE_OPENS, Milestone.DISPUTE_UNTIL}
"""The deadlines with a ladder: the demo's report shows their rungs."""
TOKEN_ERRORS = (
    "bad_signature",
    "decode_error",
    "expired_token",
    "invalid_claim",
    "invalid_token",
    "missing_claim",
    "no_token",
)
"""Why a token does not hold: the library's words, and two of our own."""


@cache
def uses() -> Uses:
    """What is written in the code, and what is put together from closed vocabularies."""
    return {**dict(_written()), **dict(_vocabularies()), **dict(_refusals()), **dict(_rules()), **_notices()}


def _refusals() -> Iterator[tuple[str, frozenset[str]]]:
    variants = {"version.stale.later": {"expected", "stage"}, "version.stale.thing": {"expected", "current"}}
    for code, kind in REFUSALS.items():
        if kind.__module__ == Refusal.__module__:
            yield f"problem.{code}.title", frozenset()
            yield f"problem.{code}.detail", frozenset(kind.parameters)
    for code, parameters in variants.items():
        yield f"problem.{code}.title", frozenset()
        yield f"problem.{code}.detail", frozenset(parameters)


def _rules() -> Iterator[tuple[str, None]]:
    """What the texts of rules may show is tested beside the rules."""
    yield from ((f"finding.{code}", None) for code in RULES)


def _notices() -> dict[str, frozenset[str] | None]:
    """A notice's subject and body together show all that it says, and of its plan what they like."""
    codes = [
        f"notice.{name}.{part}" for name in (*NOTICES, UNKNOWN, UNKNOWN_PLAN) for part in ("subject", "body")
    ]
    return dict.fromkeys(codes)


def _vocabularies() -> Iterator[tuple[str, frozenset[str] | None]]:
    listed: Mapping[str, Iterable[str]] = {
        "label.stage": Stage,
        "label.move": (*Move, *_named("move")),
        "label.party": Party,
        "label.role": Role,
        "label.milestone": Milestone,
        "label.rung": Rung,
        "label.severity": Severity,
        "label.kind": (
            *(_named("what") - {"content"}),
            "person",
            "address",
            "field",
            "message",
            "progress_entry",
            "department",
        ),
        "label.needs": _named("needs") - set(Role),
        "label.reason": TOKEN_ERRORS,
        "label.cause": Cause,
        "label.band": (band.id for band in DEFAULT_BANDS),
        "demo.stage": Stage,
        "demo.milestone": SHOWN_MILESTONES,
        "demo.rung": Rung,
        "demo.page": (*SERVICES, "temporal", MAIL_PAGE, ISSUER),
        "score.remark": (measure.NO_FIGURE, measure.NO_MILESTONES, measure.WORSE_THAN_BASELINE),
        "company.unknown": ("person", "department", "metric"),
    }
    for family, words in listed.items():
        yield from ((f"{family}.{word}", None) for word in words)
    yield from ((f"score.reason.{kind}", frozenset({"what"})) for kind in (measure.NO_FIGURE, score.NO_RULE))
    yield from ((f"cli.import.{kind}", frozenset({"count"})) for kind in Loaded.model_fields)
    yield from (
        (f"field.{code}", None) for code in _constants() if re.fullmatch(r"(progress|webhook)\.\w+", code)
    )
    yield from ((f"field.webhook.{code}", None) for code in _arguments("AddressRefused"))
    yield from ((f"field.own.{code}", frozenset()) for code in _arguments("unfit"))


def _written() -> Iterator[tuple[str, frozenset[str] | None]]:
    for code in _constants() | _pages():
        if CODE.fullmatch(code):
            yield code, None
    for call in _nodes(ast.Call):
        codes = [
            one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        named = [word.arg for word in call.keywords]
        if _called(call) in SAYING and codes and CODE.fullmatch(codes[-1]) and None not in named:
            yield codes[-1], frozenset(name for name in named if name)


def _pages() -> set[str]:
    """The codes in the templates of pages."""
    written = (node.value for node in _nodes(ast.Constant) if isinstance(node.value, str))
    return {code for page in written for code in re.findall(r'\{\{ (?:said|text)\("([a-z_.]+)"', page)}


def _constants() -> set[str]:
    return {node.value for node in _nodes(ast.Constant) if isinstance(node.value, str)} - OTHERS


def _named(keyword: str) -> set[str]:
    """Every word that is given by this name, or is kept in a constant whose name begins with it."""
    words = [word.value for call in _nodes(ast.Call) for word in call.keywords if word.arg == keyword]
    constant = f"{keyword.upper()}_"
    words += [one.value for one in _nodes(ast.Assign) if ast.unparse(one.targets[0]).startswith(constant)]
    given = {word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)}
    return {part.replace(" ", "_") for several in given for part in several.split(", ")}


def _arguments(function: str) -> set[str]:
    calls = (call for call in _nodes(ast.Call) if _called(call) == function and call.args)
    return {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@cache
def _nodes(kind: type[N]) -> Sequence[N]:
    return tuple(node for node in _all_nodes() if isinstance(node, kind))


@cache
def _all_nodes() -> Sequence[ast.AST]:
    """Every node of the product's source; walking the trees takes seconds."""
    paths = (path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py")))
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    return tuple(node for tree in trees for node in ast.walk(tree) if isinstance(node, WANTED))
