"""Who oversees which deliveries."""

from services.notify.api import READERS, scope_of
from services.notify.store.deliveries import Scope
from shared.contracts.organisation import RoleGrant
from shared.contracts.words import Role
from shared.org.access import Principal
from tests.unit.services.notify.build import organisation, person


def _scope(*grants: RoleGrant, roles: frozenset[Role] = READERS, configures: bool = False) -> Scope:
    return scope_of(Principal("p1", organisation(person("p1", roles=grants)), configures), roles)


def test_a_reviewer_oversees_the_departments_of_their_scope_and_those_below() -> None:
    assert _scope(RoleGrant(role=Role.HR, departments=("sales",))) == Scope(False, frozenset({"sales"}))
    below = _scope(RoleGrant(role=Role.EXECUTIVE, departments=("company",)))
    assert below.departments == {"company", "sales", "production"}


def test_a_grant_without_departments_covers_all() -> None:
    assert _scope(RoleGrant(role=Role.AUDITOR)).everything


def test_an_administrator_oversees_all() -> None:
    assert _scope(RoleGrant(role=Role.ADMIN)).everything
    assert _scope(configures=True).everything


def test_a_role_that_does_not_count_here_opens_nothing() -> None:
    grants = (RoleGrant(role=Role.LEADER), RoleGrant(role=Role.MANAGER))
    assert _scope(*grants) == Scope(False, frozenset())
    assert _scope(RoleGrant(role=Role.AUDITOR), roles=frozenset({Role.HR})) == Scope(False, frozenset())
