"""Query parameters are strict: a request with one that its address does not know is refused."""

from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes

from shared.contracts.refusals import Invalid, field_error

MOST_SHOWN = 20
"""Unknown parameters that one answer names."""
LONGEST = 100


def require_known_query(request: Request) -> None:
    """Raises Invalid, naming each unknown query parameter and the known ones, unless all are known.

    A filter with a mistyped name would else be ignored, and the answer hold more than was asked for.
    """
    if not request.query_params:
        return
    known = _known(request.scope["route"].dependant)
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise Invalid(errors=[_error(name, known) for name in unknown[:MOST_SHOWN]])


def _known(dependant: Dependant) -> tuple[str, ...]:
    query = (field for field in get_flat_params(dependant) if _is_query(field))
    return tuple(sorted({field.alias for field in query}))


def _is_query(field: Any) -> bool:
    return getattr(field.field_info, "in_", None) is ParamTypes.query


def _error(name: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not known:
        return field_error(name[:LONGEST], "parameter_unknown", "field.query.none")
    return field_error(name[:LONGEST], "parameter_unknown", "field.query.unknown", known=", ".join(known))
