"""Which SQL statements are on the way of a command."""

from bench.statements import Logged, Occasion, classified, count, entries


def _of(*statements: str, pid: int = 1, role: str = "monthline_plans") -> list[Logged]:
    return [Logged(pid, role, statement) for statement in statements]


def _occasions(*statements: str) -> list[Occasion]:
    return [occasion for _, occasion in classified(_of(*statements))]


def test_a_statement_is_read_with_all_its_lines_and_its_role() -> None:
    log = (
        "pid=7 user=monthline_plans LOG:  execute _pg3_1: SELECT 1\n"
        "\tFROM plans.plan\n"
        "pid=7 user=monthline_plans DETAIL:  Parameters: $1 = 'x'\n"
        "pid=8 user=monthline_review LOG:  statement: COMMIT\n"
        "pid=9 user= LOG:  checkpoint starting: time\n"
    )
    assert list(entries(log)) == [
        Logged(7, "monthline_plans", "SELECT 1\n\tFROM plans.plan"),
        Logged(8, "monthline_review", "COMMIT"),
    ]


def test_a_transaction_that_moves_a_plan_is_on_the_way() -> None:
    command, background = Occasion.COMMAND, Occasion.BACKGROUND
    frame = Occasion.FRAME
    moved = _occasions(
        "BEGIN", "SELECT * FROM plans.plan", "INSERT INTO plans.outbox (id) VALUES ($1)", "COMMIT"
    )
    assert sorted(moved) == sorted([frame, command, command, frame])
    assert background not in moved


def test_a_consumers_transaction_is_in_the_background_with_everything_in_it() -> None:
    took = _occasions(
        "BEGIN", "INSERT INTO review.inbox VALUES ($1)", "UPDATE review.round SET x = 1", "COMMIT"
    )
    assert took.count(Occasion.BACKGROUND) == 2
    assert Occasion.COMMAND not in took


def test_a_relay_is_in_the_background_and_so_is_its_look_for_letters() -> None:
    assert _occasions("SELECT EXISTS (SELECT * FROM plans.outbox WHERE published_at IS NULL)") == [
        Occasion.BACKGROUND
    ]
    assert Occasion.COMMAND not in _occasions("BEGIN", "SELECT 1 FROM a FOR UPDATE SKIP LOCKED", "COMMIT")


def test_a_caches_look_at_the_organisation_counts_only_inside_a_commands_transaction() -> None:
    look = "SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM plans.org_copy"
    assert _occasions(look) == [Occasion.BACKGROUND]
    within = _occasions("BEGIN", look, "UPDATE plans.plan SET version = 2", "COMMIT")
    assert within.count(Occasion.COMMAND) == 2


def test_changes_carried_out_together_are_on_the_way() -> None:
    together = "WITH a AS (INSERT INTO plans.ledger VALUES (1) RETURNING 1) SELECT (SELECT count(*) FROM a)"
    assert _occasions(together) == [Occasion.COMMAND]


def test_transactions_of_several_connections_are_told_apart() -> None:
    mixed = [
        *_of("BEGIN", pid=1),
        *_of("BEGIN", pid=2, role="monthline_review"),
        *_of("UPDATE plans.plan SET version = 2", pid=1),
        *_of("INSERT INTO review.inbox VALUES (1)", pid=2, role="monthline_review"),
        *_of("COMMIT", pid=2, role="monthline_review"),
        *_of("COMMIT", pid=1),
    ]
    assert dict(count(mixed).by_service) == {"plans": 1}


def test_what_the_owner_asks_is_not_counted() -> None:
    assert not count(_of("SELECT pg_current_wal_lsn()", role="postgres")).by_occasion
