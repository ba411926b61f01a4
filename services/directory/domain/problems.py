"""What is wrong with something that was sent: where, under which code, and the text that says it."""

from pydantic import Field

from shared.contracts.values import Value
from shared.contracts.words import Language
from shared.locale.catalogue import filled

Path = tuple[str | int, ...]

UNKNOWN = "reference.unknown"
CYCLE = "reference.cycle"
DUPLICATE = "duplicate"
PERIOD = "period.reversed"
SELF = "delegation.self"
CHAIN = "delegation.chain_too_long"
TAKER = "delegation.taker"
STEP = "delegation.step"
SPAN = "calendar.span"


class Problem(Value):
    """One thing that is wrong; ``path`` leads from the root of the request to the field.

    ``what`` names the kind of thing that is missing or comes back to itself, ``walk`` the way it takes.
    """

    path: Path
    code: str
    text: str
    parameters: dict[str, str | int] = Field(default_factory=dict)
    what: str = ""
    walk: str = ""

    def of(self, language: Language) -> str:
        """The message in ``language``."""
        return filled(self.text, language, self.parameters)


def unknown_department(path: Path) -> Problem:
    """A department is named that does not exist."""
    return Problem(path=path, code=UNKNOWN, text="field.unknown_department", what="department")


def unknown_person(path: Path) -> Problem:
    """A person is named who does not exist."""
    return Problem(path=path, code=UNKNOWN, text="field.unknown_person", what="person")


def duplicate_id(path: Path, first: int) -> Problem:
    """An id occurs a second time in one list; ``first`` is the index of its first occurrence."""
    return Problem(path=path, code=DUPLICATE, text="field.duplicate_id", parameters={"entry": first + 1})


def reversed_period(path: Path) -> Problem:
    """A period ends before it starts."""
    return Problem(path=path, code=PERIOD, text="field.reversed_period")


def tree_cycle(path: Path, members: tuple[str, ...]) -> Problem:
    """A department is, through its parents, above itself; ``members`` ends where it begins."""
    return _cycle(path, "field.department_cycle", "department", members)


def delegation_to_self(path: Path) -> Problem:
    """Somebody delegates to themself."""
    return Problem(path=path, code=SELF, text="field.delegation.self")


def delegation_taker(path: Path) -> Problem:
    """A delegation to somebody who may not decide about plans."""
    return Problem(path=path, code=TAKER, text="field.delegation.taker")


def delegation_step(path: Path) -> Problem:
    """A step is named in which nobody decides."""
    return Problem(path=path, code=STEP, text="field.delegation.step")


def delegation_cycle(path: Path, members: tuple[str, ...]) -> Problem:
    """Delegations lead back to their giver; ``members`` ends where it begins."""
    return _cycle(path, "field.delegation.cycle", "delegation", members)


def delegation_chain(path: Path, members: tuple[str, ...], longest: int) -> Problem:
    """Too many delegations follow one another; ``members`` are those it would pass through."""
    given: dict[str, str | int] = {"longest": longest, "walk": _walk(members)}
    return Problem(path=path, code=CHAIN, text="field.delegation.chain", parameters=given)


def span_too_long(path: Path, longest: int) -> Problem:
    """More days are asked for than are answered at once."""
    return Problem(path=path, code=SPAN, text="field.calendar.span", parameters={"longest": longest})


def year_out_of_reach(path: Path, first: int, last: int) -> Problem:
    """A day lies outside the years that the calendar knows."""
    years: dict[str, str | int] = {"first": first, "last": last}
    return Problem(path=path, code=SPAN, text="field.calendar.years", parameters=years)


def _cycle(path: Path, text: str, what: str, members: tuple[str, ...]) -> Problem:
    walk = _walk(members)
    return Problem(path=path, code=CYCLE, text=text, parameters={"walk": walk}, what=what, walk=walk)


def _walk(members: tuple[str, ...]) -> str:
    return " → ".join(members)
