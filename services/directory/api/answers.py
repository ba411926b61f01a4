"""How the directory refuses: problems of the rules as refusals, versions that callers have seen, rights."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import Depends, Header

from services.directory.domain.problems import CYCLE, UNKNOWN, Problem
from shared.contracts.refusals import Cycle, Forbidden, Invalid, StaleVersion, Unknown, field_error
from shared.contracts.words import Language
from shared.web.http import IF_MATCH

NEEDS_HR = "hr_of_departments"
NEEDS_COMPANY = "hr_of_company"


def allow(allowed: bool, needs: str) -> None:
    """Raise Forbidden unless the rights allow it."""
    if not allowed:
        raise Forbidden(needs=needs)


def as_errors(problems: Iterable[Problem], language: Language, root: int = 0) -> list[dict[str, str]]:
    """Problems as path, code and message; ``root`` steps of each path are not the request's."""
    return [
        {"path": ".".join(map(str, found.path[root:])), "code": found.code, "message": found.of(language)}
        for found in problems
    ]


def refuse_all(errors: Sequence[dict[str, str]]) -> None:
    """Refuse a request with everything that is wrong in it; nothing wrong, nothing refused."""
    if errors:
        raise Invalid(errors=list(errors))


def refuse(problems: Sequence[Problem], language: Language, root: int = 0) -> None:
    """Refuse the change of one thing: under the problem's own code when there is one problem only."""
    errors = as_errors(problems, language, root)
    if len(problems) == 1 and problems[0].code == UNKNOWN:
        raise Unknown(what=problems[0].what, path=errors[0]["path"], errors=errors)
    if len(problems) == 1 and problems[0].code == CYCLE:
        raise Cycle(what=problems[0].what, path=problems[0].walk, errors=errors)
    refuse_all(errors)


async def _seen(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None:
        return None
    if found := IF_MATCH.match(if_match.strip()):
        return int(found[1])
    raise Invalid(errors=[field_error("If-Match", "etag", "field.etag")])


SeenIfAny = Annotated[int | None, Depends(_seen)]


def check_seen(seen: int | None, current: int) -> None:
    """Raise StaleVersion when the caller has seen another version than the current one."""
    if seen is not None and seen != current:
        raise StaleVersion(expected=seen, current=current, stage="–")
