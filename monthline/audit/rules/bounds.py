"""I11: nobody uses more connections or more time than they were given."""

from collections.abc import Iterator

from monthline.audit.facts import Facts, Violation

REQUEST = 20.0
"""Seconds after which every request has its answer: 12 for the engine, the rest for the store."""
STATEMENT = 20.0
IDLE = 60.0
CONNECTIONS = 0.9


def bounds_are_kept(facts: Facts) -> Iterator[Violation]:
    """I11: connections, statements, transactions and, by a driver's log, requests are within their bounds."""
    used, allowed = facts.connections
    if used > CONNECTIONS * allowed:
        found = f"{used} of {allowed} connections are in use"
        yield Violation("PostgreSQL", found, "lower DATABASE_POOL or the replicas, or put a pooler in front")
    for sessions in facts.sessions:
        if sessions.longest_statement > STATEMENT:
            found = f"a statement runs for {sessions.longest_statement:.0f} s"
            yield Violation(sessions.service, found, "look at pg_stat_activity and pg_blocking_pids()")
        if sessions.longest_idle_in_transaction > IDLE:
            found = f"a transaction is idle for {sessions.longest_idle_in_transaction:.0f} s"
            yield Violation(sessions.service, found, "restart that process; its host may have been paused")
    for said in facts.driver:
        if said.event != "invoke" and said.seconds > REQUEST:
            found = f"{said.id} was answered after {said.seconds:.1f} s"
            yield Violation(said.plan, found, "look for what the API waited for at that time")
