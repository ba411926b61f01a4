"""Who may change and read what in the directory, as pure rules over the caller and the organisation."""

from collections.abc import Iterable

from shared.contracts.organisation import Department, Person, RoleGrant
from shared.contracts.words import Role
from shared.org.access import PlanFacts, Principal, Visibility, visible

KNOW_MAIL = (Role.HR, Role.AUDITOR, Role.EXECUTIVE)
EVERYTHING = Visibility(everything=True, departments=frozenset(), people=frozenset())


def may_run_company(caller: Principal) -> bool:
    """Whether the caller may change what concerns all departments: the calendar, the whole organisation."""
    return caller.admin or _hr_everywhere(caller)


def may_write_person(caller: Principal, before: Person | None, after: Person) -> bool:
    """Admins write everybody; HR writes the people of its scope, and grants no more than that scope.

    Only an admin makes admins or changes roles of their own.
    """
    if caller.admin:
        return True
    homes = {after.department} | ({before.department} if before else set())
    changed = _changed_grants(before, after)
    return (
        all(caller.has(Role.HR, department) for department in homes)
        and all(_may_grant(caller, grant) for grant in changed)
        and not (changed and after.id == caller.id)
    )


def may_write_department(caller: Principal, before: Department | None, after: Department) -> bool:
    """Admins write every department; HR those of its scope, and puts them nowhere else.

    Only an admin makes themself a manager or a leader: HR would decide both steps of a plan.
    """
    if caller.admin:
        return True
    if caller.id in _heads(after) - _heads(before):
        return False
    if _hr_everywhere(caller):
        return True
    inside = after.parent is not None and caller.has(Role.HR, after.parent)
    same_place = before is not None and before.parent == after.parent
    return (inside or same_place) and (before is None or caller.has(Role.HR, before.id))


def may_stand_in(caller: Principal, person_id: str) -> bool:
    """Whether the caller may enter a person's delegations and absences: they, their HR, an admin."""
    return caller.admin or caller.id == person_id or _has_for(caller, (Role.HR,), person_id)


def may_delegate(caller: Principal, giver: str, taker: str) -> bool:
    """Whether the caller may give ``giver``'s decisions to ``taker``: never somebody else's to themself."""
    own = caller.id == giver
    return own or (caller.id != taker and may_stand_in(caller, giver))


def sees_stand_ins(caller: Principal) -> Visibility:
    """Whose delegations and absences the caller reads: the people whose plans they see; an admin all."""
    return EVERYTHING if caller.admin else visible(caller)


def may_see_stand_ins(caller: Principal, person_id: str) -> bool:
    """Whether the caller reads the delegations and absences of one person."""
    person = caller.organisation.person(person_id)
    department = person.department if person else ""
    return sees_stand_ins(caller).covers(PlanFacts(author=person_id, department=department))


def may_know_mail(caller: Principal, person: Person) -> bool:
    """Whether the caller reads a person's mail address: they, HR, auditors, executives, admins."""
    if caller.admin or caller.id == person.id:
        return True
    return any(caller.has(role, person.department) for role in KNOW_MAIL)


def _has_for(caller: Principal, roles: Iterable[Role], person_id: str) -> bool:
    person = caller.organisation.person(person_id)
    return person is not None and any(caller.has(role, person.department) for role in roles)


def _hr_everywhere(caller: Principal) -> bool:
    person = caller.organisation.person(caller.id)
    grants = person.roles if person and caller.has(Role.HR) else ()
    return any(grant.role is Role.HR and not grant.departments for grant in grants)


def _heads(department: Department | None) -> set[str | None]:
    return {department.manager, department.leader} if department else set()


def _changed_grants(before: Person | None, after: Person) -> set[RoleGrant]:
    return set(before.roles if before else ()) ^ set(after.roles)


def _may_grant(caller: Principal, grant: RoleGrant) -> bool:
    if grant.role is Role.ADMIN:
        return False
    if not grant.departments:
        return _hr_everywhere(caller)
    return all(caller.has(Role.HR, department) for department in grant.departments)
