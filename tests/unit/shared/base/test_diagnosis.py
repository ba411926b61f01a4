"""What servers say when they refuse is passed on in one line, and known refusals come with what to do."""

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.service import RPCError, RPCStatusCode

from shared.base.diagnosis import NATS, POSTGRES, TEMPORAL, Server, Unfit, fix_of, judged, said_by
from shared.contracts.refusals import EngineDown, StoreDown

FAILED = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: '


def down(said: str) -> StoreDown:
    """What our own database layer raises for what PostgreSQL has said."""
    lost = StoreDown(retry_after=2)
    lost.__cause__ = OperationalError("select 1", {}, Exception(said))
    return lost


def test_what_the_server_has_said_is_found_under_our_own_words() -> None:
    assert said_by(down(f"{FAILED}Connection refused\n\tIs the server running?")) == (
        f"{FAILED}Connection refused"
    )
    assert said_by(TimeoutError()) == "TimeoutError"
    lost = EngineDown(retry_after=5)
    lost.__cause__ = RPCError("no route", RPCStatusCode.UNAVAILABLE, b"")
    assert said_by(lost) == "no route"


def test_where_several_addresses_were_tried_the_first_answer_is_told() -> None:
    several = (
        "Multiple connection attempts failed. All failures were:\n- host: 'db': refused\n- host: 'b': refused"
    )
    assert said_by(down(several)).endswith("All failures were: - host: 'db': refused")


@pytest.mark.parametrize(
    ("server", "said", "fix"),
    [
        (POSTGRES, f'{FAILED}FATAL:  password authentication failed for user "plans"', "user and password"),
        (POSTGRES, f'{FAILED}FATAL:  role "plans" does not exist', "makes the services' roles"),
        (POSTGRES, f'{FAILED}FATAL:  no pg_hba.conf entry for host "10.0.0.9"', "user and password"),
        (POSTGRES, f'{FAILED}FATAL:  database "months" does not exist', "create the database"),
        (POSTGRES, "permission denied for table alembic_version", "as the owner"),
        (POSTGRES, f"{FAILED}server does not support SSL, but SSL was required", "sslmode"),
        (POSTGRES, f"{FAILED}SSL error: certificate verify failed", "sslrootcert"),
        (NATS, "nats: 'Authorization Violation'", "NATS_URL"),
        (NATS, "nats: permissions violation for publish to x", "grant it"),
        (NATS, "nats: the server offers no TLS", "NATS_CA"),
        (NATS, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "NATS_CA"),
        (TEMPORAL, "Failed client connect: Status { code: Unauthenticated }", "TEMPORAL_API_KEY"),
        (TEMPORAL, "ConnectError(InvalidCertificate(UnknownIssuer))", "TEMPORAL_TLS_"),
    ],
)
def test_what_no_waiting_puts_right_comes_with_what_to_do(server: Server, said: str, fix: str) -> None:
    with pytest.raises(Unfit, match=server.name) as unfit, judged(server):
        raise down(said)
    assert fix in unfit.value.fix
    assert not unfit.value.final


def test_a_status_counts_as_well_as_words() -> None:
    assert fix_of(TEMPORAL, RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")) is not None


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (POSTGRES, f"{FAILED}Connection refused"),
        (POSTGRES, f"{FAILED}FATAL:  the database system is starting up"),
        (POSTGRES, "consuming input failed: SSL SYSCALL error: EOF detected"),
        (NATS, "[Errno 111] Connect call failed ('127.0.0.1', 4222)"),
        (TEMPORAL, 'Failed client connect: ConnectError("tcp connect error", temporal:7233)'),
    ],
)
def test_a_server_that_is_away_is_waited_for(server: Server, said: str) -> None:
    with pytest.raises(StoreDown), judged(server):
        raise down(said)
