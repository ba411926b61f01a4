"""The rules of the organisation: every reference holds, the tree has no cycle, nothing comes twice."""

from datetime import date

import pytest

from services.directory.domain.organisation import (
    Change,
    Register,
    Unread,
    Wanted,
    below,
    problems,
    revised,
)
from shared.contracts.organisation import RoleGrant
from shared.contracts.words import Language, Role
from tests.unit.services.directory.build import department, person, register


def found(before: Register, change: Wanted) -> list[tuple[tuple[str | int, ...], str]]:
    return [(problem.path, problem.code) for problem in problems(before, change)]


def test_a_whole_organisation_may_arrive_at_once() -> None:
    change = Wanted(
        departments=(department("root", leader="p1"), department("sales", "root", manager="p2", leader="p1")),
        people=(person("p1", "root", Role.LEADER), person("p2", "sales", Role.MANAGER)),
    )
    assert problems(register(), change) == ()


def test_a_person_of_an_unknown_department_is_refused() -> None:
    assert found(register(), Wanted(people=(person("p1", "nowhere"),))) == [
        (("people", 0, "department"), "reference.unknown")
    ]


def test_a_grant_for_an_unknown_department_is_refused_where_it_stands() -> None:
    grants = (
        RoleGrant(role=Role.MANAGER),
        RoleGrant(role=Role.HR, departments=("sales", "nowhere")),
    )
    wrong = person("p1").model_copy(update={"roles": grants})
    assert found(register(department("sales")), Wanted(people=(wrong,))) == [
        (("people", 0, "roles", 1, "departments", 1), "reference.unknown")
    ]


@pytest.mark.parametrize("field", ["manager", "leader"])
def test_a_department_headed_by_somebody_unknown_is_refused(field: str) -> None:
    wrong = department("sales").model_copy(update={field: "ghost"})
    assert found(register(), Wanted(departments=(wrong,))) == [
        (("departments", 0, field), "reference.unknown")
    ]


def test_a_department_under_an_unknown_one_is_refused() -> None:
    assert found(register(), Wanted(departments=(department("sales", "nowhere"),))) == [
        (("departments", 0, "parent"), "reference.unknown")
    ]


def test_references_to_what_is_already_known_hold() -> None:
    before = register(department("root"), person("p1", "root"))
    assert problems(before, Wanted(departments=(department("sales", "root", manager="p1"),))) == ()


def test_a_department_above_itself_is_refused_and_the_cycle_named() -> None:
    change = Wanted(
        departments=(department("a", "c"), department("b", "a"), department("c", "b"), department("d", "a"))
    )
    (problem,) = problems(register(), change)
    assert (problem.path, problem.code) == (("departments", 0, "parent"), "reference.cycle")
    assert "a → c → b → a" in problem.of(Language.EN)
    assert "a → c → b → a" in problem.of(Language.ZH)


def test_a_department_that_is_its_own_parent_is_refused() -> None:
    assert found(register(), Wanted(departments=(department("a", "a"),))) == [
        (("departments", 0, "parent"), "reference.cycle")
    ]


def test_a_cycle_that_one_change_closes_through_known_departments_is_refused() -> None:
    before = register(department("a"), department("b", "a"), department("c", "b"))
    assert found(before, Wanted(departments=(department("a", "c"),))) == [
        (("departments", 0, "parent"), "reference.cycle")
    ]


def test_two_cycles_are_told_both() -> None:
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
    change = Wanted(departments=tuple(department(id, parent) for id, parent in pairs))
    assert [path for path, _ in found(register(), change)] == [
        ("departments", 0, "parent"),
        ("departments", 2, "parent"),
    ]


def test_an_id_that_comes_twice_is_refused_at_its_second_place() -> None:
    change = Wanted(
        departments=(department("sales"), department("sales")),
        people=(person("p1"), person("p2"), person("p1")),
    )
    assert found(register(), change) == [
        (("departments", 1, "id"), "duplicate"),
        (("people", 2, "id"), "duplicate"),
    ]


def test_somebody_who_leaves_before_they_join_is_refused() -> None:
    wrong = person("p1", joined=date(2026, 3, 2), left=date(2026, 3, 1))
    assert found(register(department("sales")), Wanted(people=(wrong,))) == [
        (("people", 0, "left"), "period.reversed")
    ]


def test_somebody_may_leave_on_their_first_day() -> None:
    fine = person("p1", joined=date(2026, 3, 2), left=date(2026, 3, 2))
    assert problems(register(department("sales")), Wanted(people=(fine,))) == ()


def test_everything_wrong_is_told_at_once() -> None:
    change = Wanted(
        departments=(department("a", "b", manager="ghost"), department("b", "a"), department("x", "nowhere")),
        people=(person("p1", "nowhere"), person("p1", "a")),
    )
    assert sorted(code for _, code in found(register(), change)) == [
        "duplicate",
        "reference.cycle",
        "reference.unknown",
        "reference.unknown",
        "reference.unknown",
    ]


def test_what_could_not_be_read_is_known_by_its_id_and_keeps_its_place() -> None:
    wanted = Wanted(
        departments=(Unread("sales"), department("east", "sales", manager="p1"), Unread(None)),
        people=(Unread("p1"), person("p2", "sales"), Unread("p1"), person("p3", "nowhere")),
    )
    assert found(register(), wanted) == [
        (("people", 2, "id"), "duplicate"),
        (("people", 3, "department"), "reference.unknown"),
    ]


def test_what_is_new_gets_version_1_and_what_changed_the_next_one() -> None:
    before = register(person("p1", version=4), department("sales", version=2))
    change = Wanted(people=(person("p1", "rd"), person("p2")), departments=(department("sales", "root"),))
    after = revised(before, change)
    assert [(p.id, p.department, p.version) for p in after.people] == [("p1", "rd", 5), ("p2", "sales", 1)]
    assert [(d.id, d.parent, d.version) for d in after.departments] == [("sales", "root", 3)]


def test_what_stays_the_same_is_no_change() -> None:
    before = register(person("p1", version=4), department("sales", version=2))
    assert revised(before, Wanted(people=(person("p1"),), departments=(department("sales"),))) == Change()


def test_below_is_the_department_and_all_under_it() -> None:
    tree = register(
        department("root"), department("a", "root"), department("b", "a"), department("c", "root")
    ).departments
    assert below(tree, "a") == {"a", "b"}
    assert below(tree, "root") == {"root", "a", "b", "c"}
