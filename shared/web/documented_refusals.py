"""The refusals of an operation, as far as its parameters, its route and the table of moves tell."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from shared.contracts.moves import MoveRule, Phase, taken_by
from shared.contracts.refusals import (
    AlreadyDecided,
    Blocked,
    EngineDown,
    Forbidden,
    Full,
    Invalid,
    IssuerDown,
    KeyMissing,
    KeyReused,
    MonthClosed,
    MonthNotBegun,
    NotApprover,
    NotFound,
    NotSignedIn,
    NotYourMove,
    OwnPlan,
    ReasonMissing,
    Refusal,
    StaleVersion,
    StoreDown,
    TargetWrong,
    TooLarge,
    TooOften,
    VersionMissing,
    WindowOver,
    WrongStage,
)
from shared.contracts.words import Move, Party

REFUSES: Final = "x-refuses"
"""The member of an operation in which its route names codes; the document shows them as responses."""

SIGNED_IN: Final = (NotSignedIn, TooOften, IssuerDown, StoreDown)
CREATED_BY_PUT: Final = frozenset({"id", "metric", "department", "day"})
"""Names in a path which a PUT may give to something new."""
NAMES: Final = frozenset({"plan_id", "id", "key", "number", "metric", "department"})
"""Names in a path of things which may not exist."""


def refuses(*refusals: type[Refusal]) -> dict[str, Any]:
    """For ``openapi_extra`` of a route: the refusals that its parameters do not tell of already."""
    return {REFUSES: sorted({each.code for each in refusals})}


def refuses_as(rule: MoveRule) -> dict[str, Any]:
    """For ``openapi_extra`` of a move's route: the refusals that follow from the table of moves."""
    return refuses(*_of_move(rule))


def refuses_as_any(owner: str) -> dict[str, Any]:
    """For ``openapi_extra`` of a route that gives the result of any command of a service."""
    offered = (rule for rule in taken_by(owner) if not rule.later)
    return refuses(StaleVersion, *(each for rule in offered for each in _of_move(rule)))


def _of_move(rule: MoveRule) -> Iterator[type[Refusal]]:
    yield from (WrongStage, AlreadyDecided, EngineDown)
    yield from _of_parties(rule)
    yield from {Phase.BEFORE: (MonthNotBegun,), Phase.CLOSED: (MonthClosed,)}.get(
        rule.never or Phase.RUNNING, ()
    )
    if rule.needs_reason:
        yield ReasonMissing
    yield from _OF_ONE_MOVE.get(rule.move, ())


def _of_parties(rule: MoveRule) -> Iterator[type[Refusal]]:
    if Party.AUTHOR in rule.people:
        yield NotYourMove
    if Party.HR in rule.people:
        yield from (Forbidden, OwnPlan)
    if rule.people & {Party.REVIEWER, Party.LEADER}:
        yield from (NotApprover, OwnPlan)


_OF_ONE_MOVE: Final[Mapping[Move, tuple[type[Refusal], ...]]] = {
    Move.SUBMIT: (Blocked, Full),
    Move.RETURN: (TargetWrong,),
    Move.CONFIRM: (NotYourMove, WindowOver, ReasonMissing),
    Move.DISPUTE: (WindowOver, NotApprover),
}


def of_request(method: str, operation: Mapping[str, Any]) -> Iterator[type[Refusal]]:
    """The refusals that follow from what an operation takes."""
    parameters = {(each["in"], each["name"].lower()): each for each in operation.get("parameters", ())}
    if operation.get("security"):
        yield from SIGNED_IN
    if "requestBody" in operation:
        yield from (Invalid, TooLarge)
    yield from _of_parameters(parameters)
    named = {name for place, name in parameters if place == "path"} & NAMES
    if named - (CREATED_BY_PUT if method == "put" else set()):
        yield NotFound


def _of_parameters(parameters: Mapping[tuple[str, str], Mapping[str, Any]]) -> Iterator[type[Refusal]]:
    if set(parameters) - {("header", "accept-language")}:
        yield Invalid
    if ("header", "idempotency-key") in parameters:
        yield from (KeyMissing, KeyReused)
    if seen := parameters.get(("header", "if-match")):
        yield from (StaleVersion, VersionMissing) if seen["required"] else (StaleVersion,)


def by_status(refusals: Iterable[type[Refusal]]) -> dict[int, list[type[Refusal]]]:
    """Refusals by their HTTP status, in the order given."""
    found: dict[int, list[type[Refusal]]] = {}
    for each in refusals:
        found.setdefault(each.status, []).append(each)
    return found
