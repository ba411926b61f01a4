"""What is wrong with something that was sent: where, under which code, said in both languages."""

from shared.contracts.values import Value
from shared.contracts.words import Language

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
    zh: str
    en: str
    what: str = ""
    walk: str = ""

    def of(self, language: Language) -> str:
        """The message in ``language``."""
        return self.zh if language is Language.ZH else self.en


def unknown_department(path: Path) -> Problem:
    """A department is named that does not exist."""
    return Problem(
        path=path, code=UNKNOWN, zh="没有这个部门", en="there is no such department", what="department"
    )


def unknown_person(path: Path) -> Problem:
    """A person is named who does not exist."""
    return Problem(path=path, code=UNKNOWN, zh="没有这个人", en="there is no such person", what="person")


def duplicate_id(path: Path, first: int) -> Problem:
    """An id occurs a second time in one list; ``first`` is the index of its first occurrence."""
    return Problem(
        path=path,
        code=DUPLICATE,
        zh=f"编号与第 {first + 1} 条重复",
        en=f"the same id as entry {first + 1} of the list",
    )


def reversed_period(path: Path) -> Problem:
    """A period ends before it starts."""
    return Problem(path=path, code=PERIOD, zh="结束早于开始", en="the end is before the start")


def tree_cycle(path: Path, members: tuple[str, ...]) -> Problem:
    """A department is, through its parents, above itself; ``members`` ends where it begins."""
    walk = " → ".join(members)
    return Problem(
        path=path,
        code=CYCLE,
        zh=f"部门上下级成环：{walk}",
        en=f"the departments form a cycle: {walk}",
        what="department",
        walk=walk,
    )


def delegation_to_self(path: Path) -> Problem:
    """Somebody delegates to themself."""
    return Problem(path=path, code=SELF, zh="不能委托给自己", en="nobody can delegate to themself")


def delegation_taker(path: Path) -> Problem:
    """A delegation to somebody who may not decide about plans."""
    return Problem(
        path=path,
        code=TAKER,
        zh="此人只有审计、数据或管理角色，不能代他人审批",
        en="somebody who is only auditor, data steward or admin cannot decide for others",
    )


def delegation_step(path: Path) -> Problem:
    """A step is named in which nobody decides."""
    return Problem(
        path=path,
        code=STEP,
        zh="该环节没有审批，不能委托",
        en="nobody decides in this step, so it cannot be delegated",
    )


def delegation_cycle(path: Path, members: tuple[str, ...]) -> Problem:
    """Delegations lead back to their giver; ``members`` ends where it begins."""
    walk = " → ".join(members)
    return Problem(
        path=path,
        code=CYCLE,
        zh=f"委托成环：{walk}",
        en=f"the delegations form a cycle: {walk}",
        what="delegation",
        walk=walk,
    )


def delegation_chain(path: Path, members: tuple[str, ...], longest: int) -> Problem:
    """Too many delegations follow one another; ``members`` are those it would pass through."""
    walk = " → ".join(members)
    return Problem(
        path=path,
        code=CHAIN,
        zh=f"委托最多连续 {longest} 次：{walk}",
        en=f"at most {longest} delegations may follow one another: {walk}",
    )


def span_too_long(path: Path, longest: int) -> Problem:
    """More days are asked for than are answered at once."""
    return Problem(path=path, code=SPAN, zh=f"一次最多 {longest} 天", en=f"at most {longest} days at once")


def year_out_of_reach(path: Path, first: int, last: int) -> Problem:
    """A day lies outside the years that the calendar knows."""
    return Problem(
        path=path,
        code=SPAN,
        zh=f"日历只包含 {first} 至 {last} 年",
        en=f"the calendar knows the years {first} to {last}",
    )
