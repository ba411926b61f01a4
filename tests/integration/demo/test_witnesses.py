"""Through whose eyes a month is read."""

from monthline.demo.witnesses import witnesses
from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.values import Text
from shared.contracts.words import Role
from shared.org.organisation import Organisation


def person(name: str, department: str, *roles: RoleGrant) -> Person:
    return Person(
        id=name, name=Text(zh=name, en=name), email=f"{name}@acme.example", department=department, roles=roles
    )


def department(name: str) -> Department:
    return Department(id=name, name=Text(zh=name, en=name))


AUTHORS = [person("a1", "sales"), person("a2", "rd"), person("a3", "hr")]
DEPARTMENTS = [department("sales"), department("rd"), department("hr")]


def chosen(*others: Person) -> list[str]:
    return witnesses(Organisation([*AUTHORS, *others], DEPARTMENTS, today=None), AUTHORS)


def test_one_auditor_is_enough() -> None:
    assert chosen(person("zz", "hr", RoleGrant(role=Role.AUDITOR))) == ["zz"]


def test_what_nobody_else_sees_is_read_by_its_author() -> None:
    hr = person("zz", "hr", RoleGrant(role=Role.HR, departments=("sales", "rd")))
    assert chosen(hr) == ["zz", "a3"]
    assert chosen() == ["a1", "a2", "a3"]
