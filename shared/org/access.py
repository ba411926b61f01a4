"""Who may see and do what: one pure policy for single reads, lists and commands (domain section 2)."""

from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.words import Role, Stage
from shared.org.organisation import Organisation


class Action(StrEnum):
    """What somebody wants of a plan, or of the deployment."""

    READ_PLAN = "read_plan"
    WRITE_PLAN = "write_plan"
    REPORT_PROGRESS = "report_progress"
    COMMENT = "comment"
    END_PLAN = "end_plan"
    CONFIGURE_ORGANISATION = "configure_organisation"
    CONFIGURE_TEMPLATES = "configure_templates"
    RUN_CYCLE = "run_cycle"
    FEED_METRICS = "feed_metrics"
    READ_METRICS = "read_metrics"
    CONFIGURE_SCORING = "configure_scoring"
    CONFIGURE_WEBHOOKS = "configure_webhooks"
    READ_DELIVERIES = "read_deliveries"


@dataclass(frozen=True)
class PlanFacts:
    """What a right depends on: whose plan it is, of which department, and where it stands."""

    author: str
    department: str
    stage: Stage | None = None


@dataclass(frozen=True)
class Visibility:
    """Which plans somebody sees: everything, or those of these departments and these people."""

    everything: bool
    departments: frozenset[str]
    people: frozenset[str]

    def covers(self, facts: PlanFacts) -> bool:
        """Whether a plan is among them."""
        return self.everything or facts.department in self.departments or facts.author in self.people


@dataclass(frozen=True)
class Principal:
    """The caller: who they are, and the organisation that gives them their roles.

    ``configures`` is set for token subjects that the deployment's settings name as administrators.
    """

    id: str
    organisation: Organisation
    configures: bool = False

    def has(self, role: Role, department: str | None = None) -> bool:
        """Whether the caller holds ``role`` (for a department, when one is named)."""
        return self.organisation.active(self.id) and self.organisation.has_role(self.id, role, department)

    @property
    def admin(self) -> bool:
        """Whether the caller may configure the deployment."""
        return self.configures or self.has(Role.ADMIN)

    @property
    def known(self) -> bool:
        """Whether the caller is a person who works here, or a configured administrator."""
        return self.configures or self.organisation.active(self.id)


SEES_SCOPE = (Role.HR, Role.EXECUTIVE, Role.AUDITOR)


def visible(principal: Principal) -> Visibility:
    """The plans whose rows the caller may read (domain section 2, row rights)."""
    organisation = principal.organisation
    person = organisation.person(principal.id)
    if person is None or not organisation.active(principal.id):
        return Visibility(False, frozenset(), frozenset())
    grants = [grant for grant in person.roles if grant.role in SEES_SCOPE]
    heads = [
        department.id
        for department in organisation.departments.values()
        if principal.id in (department.manager, department.leader)
    ]
    roots = [*heads, *(name for grant in grants for name in grant.departments)]
    return Visibility(
        everything=any(not grant.departments for grant in grants),
        departments=frozenset().union(*(organisation.below(root) for root in roots)),
        people=frozenset({principal.id}),
    )


def may_see(principal: Principal, facts: PlanFacts) -> bool:
    """Whether one plan is among those the caller sees."""
    return visible(principal).covers(facts)


PERMITTED: dict[Action, frozenset[Role]] = {
    Action.CONFIGURE_ORGANISATION: frozenset({Role.ADMIN, Role.HR}),
    Action.CONFIGURE_TEMPLATES: frozenset({Role.ADMIN, Role.HR}),
    Action.RUN_CYCLE: frozenset({Role.ADMIN, Role.HR}),
    Action.CONFIGURE_SCORING: frozenset({Role.ADMIN, Role.HR}),
    Action.READ_METRICS: frozenset({Role.ADMIN, Role.HR, Role.DATA_STEWARD, Role.AUDITOR}),
    Action.FEED_METRICS: frozenset({Role.ADMIN, Role.DATA_STEWARD}),
    Action.CONFIGURE_WEBHOOKS: frozenset({Role.ADMIN}),
    Action.READ_DELIVERIES: frozenset({Role.ADMIN, Role.HR, Role.AUDITOR, Role.EXECUTIVE}),
}
"""Who may do what concerns no single plan; an administrator by setting counts as ADMIN."""


def may(principal: Principal, action: Action, facts: PlanFacts | None = None) -> bool:
    """Whether the caller may do ``action`` (to the plan that ``facts`` describe)."""
    if facts is not None:
        return _may_with_plan(principal, action, facts)
    roles = PERMITTED.get(action, frozenset())
    return (Role.ADMIN in roles and principal.admin) or any(principal.has(role) for role in roles)


def _may_with_plan(principal: Principal, action: Action, facts: PlanFacts) -> bool:
    own = principal.id == facts.author and principal.organisation.active(principal.id)
    match action:
        case Action.READ_PLAN | Action.COMMENT:
            return may_see(principal, facts) and (
                action is Action.READ_PLAN or not _only_reads(principal, own)
            )
        case Action.WRITE_PLAN | Action.REPORT_PROGRESS:
            return own
        case Action.END_PLAN:
            return not own and principal.has(Role.HR, facts.department)
    return False


def _only_reads(principal: Principal, own: bool) -> bool:
    person = principal.organisation.person(principal.id)
    return not own and person is not None and {grant.role for grant in person.roles} == {Role.AUDITOR}
