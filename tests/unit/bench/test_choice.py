"""How large a company a run needs."""

from collections.abc import Callable

from bench.choice import Bench, company_size
from bench.findings import Finding


async def _run(ground: object) -> list[Finding]:
    return []


def _so_many(count: int) -> Callable[[bool], int]:
    return lambda full: count


def test_plans_that_one_leaves_untouched_serve_the_next() -> None:
    opening = Bench(("A",), "", _run, plans=_so_many(40), open_at_once=_so_many(200))
    using = Bench(("B",), "", _run, plans=_so_many(100))
    assert company_size([opening, using], full=False) == 200
    assert company_size([opening, using, using], full=False) == 240


def test_who_must_not_have_a_plan_comes_on_top() -> None:
    opening = Bench(("A",), "", _run, plans=_so_many(40), open_at_once=_so_many(200))
    late = Bench(("B",), "", _run, strangers=_so_many(100))
    assert company_size([opening, late], full=False) == 300
