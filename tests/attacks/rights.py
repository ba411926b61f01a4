"""The rights table: every endpoint of every service, and who gets which answer in which stage.

``tests/attacks/test_rights.py`` compares it with the routers: an endpoint without a row fails.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.contracts.words import Stage
from tests.attacks.company import DEPARTMENTS, PEOPLE, plan_in
from tests.attacks.table import SEE_PLAN, OnPlan, Row, everywhere, people, read
from tests.support import moves
from tests.unit.services.plans.build import GOOD, template

ADMINS: Final = people("admin ops")
HR: Final = people("hr hr_lab hr_all")
COMPANY_WIDE: Final = ADMINS | people("hr_all")
HR_OF_AUTHOR: Final = people("hr hr_all")
AUTHOR: Final = people("author")
LEADERS: Final = people("leader deputy")
METRIC_READERS: Final = ADMINS | HR | people("steward auditor")
STEWARDS: Final = ADMINS | people("steward")
OVERSEERS: Final = ADMINS | HR | people("auditor ceo")
KNOW_DELEGATION: Final = ADMINS | people("leader deputy hr hr_all ceo auditor")
KNOW_ABSENCE: Final = ADMINS | people("author head leader hr hr_all ceo auditor")

OPEN: Final = tuple(stage for stage in Stage if not stage.ended)
NO_ROUND: Final = frozenset({Stage.DRAFTING, Stage.MISSING})
NO_SCORE: Final = frozenset(Stage) - {Stage.SCORED, Stage.FINAL}
IN_REVIEW: Final = {Stage.HR_REVIEW: HR_OF_AUTHOR, Stage.LEADER_REVIEW: LEADERS}
COMMENTERS: Final = SEE_PLAN - people("auditor")
SECRET: Final = "whsec_" + "a" * 44


def facts(of: Any) -> Any:
    """The body of a PUT that says again what is known."""
    return of.model_dump(mode="json", exclude={"id", "version"})


def said(body: Any) -> Any:
    """A body that depends on nobody."""
    return lambda caller, stage: body


def _entries(caller: str, stage: Stage) -> Any:
    entry = {"item": "i0", "value": "95", "effective": f"{plan_in(stage).month}-10"}
    return {"entries": [entry]}


def _bulk(caller: str, stage: Stage) -> Any:
    return {"plans": [{"plan_id": plan_in(Stage.HR_REVIEW).plan_id, "version": 2}]}


def _stand_in(caller: str, stage: Stage) -> Any:
    span = {"start": "2026-05-01T00:00:00Z", "end": "2026-05-02T00:00:00Z"}
    return {"id": f"d-{caller}", "giver": "author", "taker": "colleague"} | span


def _absence(caller: str, stage: Stage) -> Any:
    return {"id": f"away-{caller}", "person": "author", "first": "2026-06-01", "last": "2026-06-01"}


PARTIES: Final = {"author": AUTHOR, "hr": HR_OF_AUTHOR, "leader": LEADERS}


def _may(move: str, stage: Stage) -> frozenset[str]:
    """Who may make a move from a stage, by the table of moves that is written out for tests."""
    parties = [party for party in moves.people(move, stage) if party != "reviewer"]
    reviewers = IN_REVIEW[stage] if "reviewer" in moves.people(move, stage) else frozenset[str]()
    return reviewers.union(*(PARTIES[party] for party in parties))


def moves_of(
    service: str,
    *,
    elsewhere: frozenset[str] = frozenset(),
    knows: frozenset[str] = SEE_PLAN,
    never: frozenset[Stage] = frozenset(),
) -> dict[str, Row]:
    """The rows of the moves that a service takes; ``elsewhere`` may try them in other stages too."""
    rows: dict[str, Row] = {}
    for move, (owner, path) in moves.ROUTES.items():
        address = f"/v1{path}".replace("{plan_id}", "{plan}")
        fits = {stage: _may(move, stage) for stage in Stage if moves.people(move, stage)}
        by = elsewhere or frozenset[str]().union(*fits.values())
        body = said({"note": "because"}) if move in moves.WITH_NOTE else None
        row = OnPlan(address, by=by, knows=knows, fits=fits, never=never, body=body, command=True)
        if owner == service and move not in moves.LATER:
            rows[f"POST /v1{path}"] = row
    return rows


DIRECTORY: Final[dict[str, Row]] = {
    "GET /v1/me": Row("/v1/me"),
    "GET /v1/people": Row("/v1/people"),
    "GET /v1/people/{id}": Row("/v1/people/author"),
    "PUT /v1/people/{id}": Row("/v1/people/author", by=ADMINS | HR_OF_AUTHOR, body=said(facts(PEOPLE[0]))),
    "GET /v1/departments": Row("/v1/departments"),
    "GET /v1/departments/{id}": Row("/v1/departments/east"),
    "PUT /v1/departments/{id}": Row(
        "/v1/departments/east", by=ADMINS | HR_OF_AUTHOR, body=said(facts(DEPARTMENTS[2]))
    ),
    "POST /v1/organisation": Row("/v1/organisation?dry_run=true", by=COMPANY_WIDE, body=said({})),
    "GET /v1/delegations": Row("/v1/delegations"),
    "POST /v1/delegations": Row("/v1/delegations", by=ADMINS | HR_OF_AUTHOR | AUTHOR, ok=201, body=_stand_in),
    "DELETE /v1/delegations/{id}": Row(
        "/v1/delegations/d-leader",
        by=ADMINS | HR_OF_AUTHOR | people("leader"),
        ok=204,
        knows=KNOW_DELEGATION,
    ),
    "GET /v1/absences": Row("/v1/absences"),
    "POST /v1/absences": Row("/v1/absences", by=ADMINS | HR_OF_AUTHOR | AUTHOR, ok=201, body=_absence),
    "DELETE /v1/absences/{id}": Row(
        "/v1/absences/a-author", by=ADMINS | HR_OF_AUTHOR | AUTHOR, ok=204, knows=KNOW_ABSENCE
    ),
    "GET /v1/calendar": Row("/v1/calendar?first=2026-05-01&last=2026-05-31"),
    "PUT /v1/calendar/days/{day}": Row(
        "/v1/calendar/days/2026-05-09", by=COMPANY_WIDE, body=said({"working": True})
    ),
    "POST /v1/calendar/years/{year}/release": Row("/v1/calendar/years/2026/release", by=COMPANY_WIDE),
}

PLANS: Final[dict[str, Row]] = {
    "GET /v1/templates": Row("/v1/templates"),
    "GET /v1/templates/{department}": Row("/v1/templates/sales"),
    "PUT /v1/templates/{department}": Row(
        "/v1/templates/sales", by=ADMINS | HR_OF_AUTHOR, body=said(facts(template()))
    ),
    "GET /v1/policies/cycle": Row("/v1/policies/cycle"),
    "PUT /v1/policies/cycle": Row("/v1/policies/cycle", by=ADMINS | HR, body=said({})),
    "POST /v1/months/{month}/open": Row(
        "/v1/months/{near}/open", by=ADMINS | HR, ok=202, body=said({"people": ["colleague"]})
    ),
    "GET /v1/plans": Row("/v1/plans"),
    "GET /v1/plans/{plan_id}": read("/v1/plans/{plan}"),
    "GET /v1/plans/{plan_id}/ledger": read("/v1/plans/{plan}/ledger"),
    "GET /v1/plans/{plan_id}/rungs": read("/v1/plans/{plan}/rungs"),
    "GET /v1/plans/{plan_id}/revisions": read("/v1/plans/{plan}/revisions"),
    "GET /v1/plans/{plan_id}/progress": read("/v1/plans/{plan}/progress"),
    "POST /v1/plans/{plan_id}/check": read("/v1/plans/{plan}/check"),
    "GET /v1/plans/{plan_id}/revisions/{number}": OnPlan(
        "/v1/plans/{plan}/revisions/1", by=SEE_PLAN, fits=everywhere(SEE_PLAN), never=NO_ROUND, reads=True
    ),
    "PUT /v1/plans/{plan_id}/content": OnPlan(
        "/v1/plans/{plan}/content",
        by=AUTHOR,
        fits={Stage.DRAFTING: AUTHOR},
        body=said(GOOD.model_dump(mode="json")),
        command=True,
    ),
    "POST /v1/plans/{plan_id}/progress": OnPlan(
        "/v1/plans/{plan}/progress",
        by=AUTHOR,
        ok=201,
        fits=everywhere(AUTHOR, (Stage.TRACKING, Stage.CLOSING)),
        body=_entries,
        command=True,
    ),
    **moves_of("plans"),
    "GET /v1/commands/{key}": Row("/v1/commands/sent-by-author", by=AUTHOR, knows=frozenset()),
}

REVIEW: Final[dict[str, Row]] = {
    "GET /v1/reviews": Row("/v1/reviews?waiting=all"),
    "GET /v1/reviews/{plan_id}": OnPlan(
        "/v1/reviews/{plan}",
        by=SEE_PLAN,
        fits=everywhere(SEE_PLAN) | {Stage.LEADER_REVIEW: SEE_PLAN | LEADERS},
        never=NO_ROUND,
        reads=True,
    ),
    **moves_of("review", never=NO_ROUND, elsewhere=LEADERS),
    "POST /v1/reviews/{plan_id}/comments": OnPlan(
        "/v1/reviews/{plan}/comments",
        by=COMMENTERS,
        ok=201,
        fits=everywhere(COMMENTERS, OPEN) | {Stage.LEADER_REVIEW: COMMENTERS | LEADERS},
        never=NO_ROUND,
        body=said({"text": "well"}),
        command=True,
    ),
    "POST /v1/reviews:approve": Row("/v1/reviews:approve", body=_bulk, command=True),
    "GET /v1/commands/{key}": Row("/v1/commands/sent-by-hr", by=people("hr"), knows=frozenset()),
}

SCORING: Final[dict[str, Row]] = {
    "GET /v1/metrics": Row("/v1/metrics", by=METRIC_READERS),
    "POST /v1/metrics/values": Row("/v1/metrics/values", by=STEWARDS, body=said({"records": [{}]})),
    "PUT /v1/metrics/{metric}": Row(
        "/v1/metrics/rate",
        by=STEWARDS,
        body=said({"name": {"zh": "r", "en": "r"}, "unit": "%", "owner": "sales", "source": "crm"}),
    ),
    "GET /v1/metrics/{metric}/values": Row("/v1/metrics/rate/values", by=METRIC_READERS),
    "GET /v1/policies/scoring": Row("/v1/policies/scoring"),
    "PUT /v1/policies/scoring": Row("/v1/policies/scoring", by=ADMINS | HR, body=said({})),
    "GET /v1/scores": Row("/v1/scores"),
    "GET /v1/scores/{plan_id}": OnPlan(
        "/v1/scores/{plan}", by=SEE_PLAN, fits=everywhere(SEE_PLAN | LEADERS), never=NO_SCORE
    ),
    **moves_of("scoring", never=NO_SCORE, knows=SEE_PLAN | LEADERS),
    "GET /v1/commands/{key}": Row("/v1/commands/sent-by-author", by=AUTHOR, knows=frozenset()),
}

NOTIFY: Final[dict[str, Row]] = {
    "GET /v1/inbox": Row("/v1/inbox"),
    "POST /v1/inbox/{id}/read": Row("/v1/inbox/1/read", by=AUTHOR, knows=frozenset()),
    "GET /v1/preferences": Row("/v1/preferences"),
    "PUT /v1/preferences": Row("/v1/preferences", body=said({"mail": True})),
    "GET /v1/deliveries": Row("/v1/deliveries", by=OVERSEERS),
    "POST /v1/deliveries/{id}/resend": Row(
        "/v1/deliveries/1/resend",
        by=ADMINS | HR_OF_AUTHOR,
        knows=frozenset(
            people("author colleague head leader deputy head_lab leader_lab ceo auditor steward")
        ),
    ),
    "GET /v1/webhooks": Row("/v1/webhooks", by=ADMINS),
    "PUT /v1/webhooks/{id}": Row(
        "/v1/webhooks/hook",
        by=ADMINS,
        body=said({"url": "https://hooks.example/x", "events": ["monthline.>"], "secret": SECRET}),
    ),
    "DELETE /v1/webhooks/{id}": Row("/v1/webhooks/hook-{caller}", by=ADMINS, ok=204),
}

RIGHTS: Final[Mapping[str, Mapping[str, Row]]] = {
    "directory": DIRECTORY,
    "plans": PLANS,
    "review": REVIEW,
    "scoring": SCORING,
    "notify": NOTIFY,
}
