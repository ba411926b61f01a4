"""Lists in pages: each page names the next by a cursor, the key of its last item."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from shared.contracts.refusals import Invalid, field_error
from shared.web.views import View

T = TypeVar("T")


class Page(View, Generic[T]):
    """One page of a list; ``next`` is the cursor of the next page, null at the end."""

    items: list[T]
    next: str | None = None


class Paging(BaseModel):
    """Which page is wanted: after which key, and how many."""

    after: tuple[str, ...] = ()
    limit: int = 50

    def page(self, items: Sequence[T], key: Callable[[T], tuple[str, ...]]) -> Page[T]:
        """The page of ``items``, of which the caller has fetched one more than ``limit``."""
        kept = list(items[: self.limit])
        more = len(items) > self.limit
        return Page(items=kept, next=_cursor(key(kept[-1])) if more and kept else None)


def _cursor(key: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode("\x1f".join(key).encode()).decode().rstrip("=")


async def _paging(
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Paging:
    if cursor is None:
        return Paging(limit=limit)
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if "\x00" in text:
            raise ValueError("no such cursor")
    except ValueError as error:
        raise cursor_refused() from error
    return Paging(after=tuple(text.split("\x1f")), limit=limit)


def cursor_refused() -> Invalid:
    """The refusal of a cursor that no page of this list has given."""
    return Invalid(errors=[field_error("cursor", "cursor", "field.cursor")])


PageWanted = Annotated[Paging, Depends(_paging)]
